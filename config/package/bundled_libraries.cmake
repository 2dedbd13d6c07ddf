# Puts the libraries that a program needs under lib/leadspool, each with its package's copyright file. Not the C
# library, which belongs to the kernel's side of a system: that of the machine is used, and must not be older than
# where this was built.
# Given: program, folder (the root of the tree), documentation (below it).

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${program} RESOLVED_DEPENDENCIES_VAR libraries
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)[.]so")
execute_process(COMMAND strip ${folder}/bin/leadspool COMMAND_ERROR_IS_FATAL ANY)
foreach(library IN LISTS libraries)
  file(INSTALL ${library} DESTINATION ${folder}/lib/leadspool FOLLOW_SYMLINK_CHAIN)
  file(REAL_PATH ${library} real)
  # dpkg may know it by the name from before /lib became a link to /usr/lib.
  string(REGEX REPLACE "^/usr" "" older_name ${real})
  execute_process(COMMAND dpkg-query --search ${real} ${older_name} OUTPUT_VARIABLE package ERROR_QUIET)
  string(REGEX REPLACE ":.*" "" package "${package}")
  if(package)
    file(INSTALL /usr/share/doc/${package}/copyright DESTINATION ${folder}/${documentation}/libraries
      RENAME ${package}.copyright)
  endif()
endforeach()
