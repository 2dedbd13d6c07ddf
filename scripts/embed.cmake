# Turns files into a C++ source that holds their text:
#   cmake -DOUTPUT=x.cc -DSYMBOL=migrations -DFILES="a.sql;b.sql" -P embed.cmake
# The source defines `leadspool::embedded::<SYMBOL>`, a vector of base/embedded.h's File, in the order given.
set(text "#include \"base/embedded.h\"\n\nnamespace leadspool::embedded {\n\n")
string(APPEND text "const std::vector<File>& ${SYMBOL}() {\n  static const std::vector<File> files{\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  # Short literals side by side: compilers limit the length of one.
  string(REGEX REPLACE "(................................)" "\\1|" lines "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${lines}")
  string(REPLACE "|" "\"\n        \"" escaped "\"${escaped}\"")
  file(SIZE ${file} size)
  string(APPEND text "      {\"${name}\", {${escaped},\n        ${size}}},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace leadspool::embedded\n")
file(WRITE ${OUTPUT} "${text}")
