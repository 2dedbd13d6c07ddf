# Makes, at the time of packaging, the files that stand in no source: man page, completions, compressed changelogs.
# Given: program, folder (where to), changelog, version, maintainer.

# The same date in every file of one package, and of one that is built again from the same source.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  file(TIMESTAMP ${changelog} seconds "%s" UTC)
  set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endif()

function(ask output)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_FILE ${folder}/${output} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(compress)
  list(TRANSFORM ARGN PREPEND ${folder}/)
  execute_process(COMMAND gzip --force --best --no-name ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY ${folder})
ask(leadspool.1 man)
ask(leadspool completion bash)
ask(_leadspool completion zsh)
ask(leadspool.fish completion fish)

file(COPY_FILE ${changelog} ${folder}/changelog)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${folder}/changelog.Debian "leadspool (${version}) stable; urgency=medium

  * What changed is told in changelog.gz.

 -- ${maintainer}  ${date}
")
compress(leadspool.1 changelog changelog.Debian)
