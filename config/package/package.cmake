# What is installed where, and the packages that CPack makes of it: a Debian package, and a tarball for other systems
# that runs wherever it is unpacked and brings the libraries it needs. scripts/package calls CPack.
#
# Three components: `common` is in both packages, `debian` and `portable` in one of them (generator.cmake).

set(LEADSPOOL_REVISION 1 CACHE STRING "Of the Debian package: a higher one is an upgrade of the same version")

set(LEADSPOOL_MAINTAINER "Leadspool contributors <contributors@leadspool.invalid>" CACHE STRING
    "Who answers for the Debian package: your own name, when you give it to others")

set(package_folder ${CMAKE_CURRENT_LIST_DIR})
set(made ${CMAKE_BINARY_DIR}/packaged)  # what is made for the packages alone
set(documentation share/doc/leadspool)

# ---- The programs

install(TARGETS leadspool RUNTIME DESTINATION bin COMPONENT debian)

# The same program, which looks for its libraries beside itself. RPATH and not RUNPATH, since only that one also holds
# for what those libraries need in turn.
add_executable(leadspool_portable EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/src/main.cc)
target_link_libraries(leadspool_portable PRIVATE app leadspool_flags)
target_link_options(leadspool_portable PRIVATE -Wl,--disable-new-dtags)
set_target_properties(leadspool_portable PROPERTIES
  OUTPUT_NAME leadspool
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/portable
  BUILD_WITH_INSTALL_RPATH ON
  INSTALL_RPATH "$ORIGIN/../lib/leadspool")
install(PROGRAMS $<TARGET_FILE:leadspool_portable> DESTINATION bin COMPONENT portable)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/scripts/install DESTINATION scripts COMPONENT portable)
install(CODE "
  set(program \"$<TARGET_FILE:leadspool_portable>\")
  set(folder \"\${CMAKE_INSTALL_PREFIX}\")
  set(documentation ${documentation})
  include(${package_folder}/bundled_libraries.cmake)" COMPONENT portable)

# ---- What the program tells about itself, in the places where each shell and man look for it

install(CODE "
  set(program \"$<TARGET_FILE:leadspool>\")
  set(folder ${made})
  set(changelog ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
  set(version ${PROJECT_VERSION}-${LEADSPOOL_REVISION})
  set(maintainer \"${LEADSPOOL_MAINTAINER}\")
  include(${package_folder}/made_files.cmake)" COMPONENT common)
install(FILES ${made}/leadspool.1.gz DESTINATION share/man/man1 COMPONENT common)
install(FILES ${made}/leadspool DESTINATION share/bash-completion/completions COMPONENT common)
install(FILES ${made}/leadspool.fish DESTINATION share/fish/vendor_completions.d COMPONENT common)
install(FILES ${made}/_leadspool DESTINATION share/zsh/vendor-completions COMPONENT debian)
install(FILES ${made}/_leadspool DESTINATION share/zsh/site-functions COMPONENT portable)

# ---- Service, configuration, documentation

install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/systemd/ DESTINATION lib/systemd/system COMPONENT common
  FILES_MATCHING REGEX "[.](service|socket|timer)$")
install(FILES ${package_folder}/leadspool.toml DESTINATION /etc/leadspool COMPONENT debian)
install(FILES ${package_folder}/leadspool.toml DESTINATION etc/leadspool COMPONENT portable)

install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${documentation} COMPONENT common)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${documentation} COMPONENT common)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/ DESTINATION ${documentation}/examples COMPONENT common
  USE_SOURCE_PERMISSIONS PATTERN package EXCLUDE PATTERN systemd EXCLUDE)
# Of what is compiled into the program, rather than loaded by it.
foreach(library nlohmann-json3-dev libcli11-dev libvalijson-dev libsqlitecpp-dev libspdlog-dev)
  install(FILES /usr/share/doc/${library}/copyright DESTINATION ${documentation}/libraries RENAME ${library}.copyright
    COMPONENT common OPTIONAL)
endforeach()
install(FILES ${package_folder}/debian/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz
  DESTINATION ${documentation} COMPONENT debian)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${documentation} COMPONENT portable)

# ---- CPack

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME leadspool)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${LEADSPOOL_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "receiver and durable outbox for marketplace leads")
set(CPACK_PACKAGE_DESCRIPTION
"Leadspool takes the sales leads that Microsoft's commercial marketplace posts
to a publisher, puts each of them on disk before it answers, and delivers it
to a CRM (Dynamics 365, Salesforce, HubSpot, Marketo, Odoo, Azure tables, a
webhook, e-mail) with retries for as long as that takes.
.
One program is the HTTPS receiver, the store, the worker, the page on which a
person sees and mends what went wrong, and the command line for the same.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${package_folder}/generator.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${LEADSPOOL_REVISION})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${package_folder}/debian/postinst ${package_folder}/debian/prerm ${package_folder}/debian/postrm
  ${package_folder}/debian/conffiles)
include(CPack)
