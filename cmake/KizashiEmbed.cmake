# kizashi_embed(TARGET FILES file... HEADER header NAMESPACE name FUNCTION name TYPE type [NAMES full|stem])
#
# Puts text files into TARGET: a source file, made while configuring, with
#   auto FUNCTION() -> std::span<TYPE const>
# where a TYPE is { name, text }: the file's name without its ending (stem), or with its folder (full).
function(kizashi_embed target)
  cmake_parse_arguments(embed "" "HEADER;NAMESPACE;FUNCTION;TYPE;NAMES" "FILES" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${embed_FILES})
  set(rows "")
  foreach(file ${embed_FILES})
    get_filename_component(name "${file}" NAME_WE)
    if(embed_NAMES STREQUAL "full")
      file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}" "${file}")
    endif()
    file(READ "${file}" text)
    string(APPEND rows "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  set(made "${CMAKE_CURRENT_BINARY_DIR}/${embed_FUNCTION}.cpp")
  file(WRITE "${made}.new" "#include \"${embed_HEADER}\"

namespace ${embed_NAMESPACE} {

auto ${embed_FUNCTION}() -> std::span<${embed_TYPE} const> {
  static constexpr ${embed_TYPE} all[] = {
${rows}  };
  return all;
}

}  // namespace ${embed_NAMESPACE}
")
  configure_file("${made}.new" "${made}" COPYONLY)
  target_sources(${target} PRIVATE "${made}")
  # Every compiler here reads literals of any length; the standard asks for 65,536 bytes alone.
  set_source_files_properties("${made}" PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
endfunction()
