# Puts the files of fingerprints/ into the binary: one string each, in a source file made while configuring.
file(GLOB fingerprint_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/fingerprints/*.toml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${fingerprint_files})
set(rows "")
foreach(file ${fingerprint_files})
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND rows "    {\"fingerprints/${name}\", R\"fingerprint(${text})fingerprint\"},\n")
endforeach()
set(shipped "${CMAKE_CURRENT_BINARY_DIR}/shipped_fingerprints.cpp")
file(WRITE "${shipped}.new" "#include \"kizashi/recognise/internal/fingerprint_shipped.hpp\"

namespace kizashi::recognise::internal {

auto shipped_files() -> std::span<shipped_file const> {
  static constexpr shipped_file all[] = {
${rows}  };
  return all;
}

}  // namespace kizashi::recognise::internal
")
configure_file("${shipped}.new" "${shipped}" COPYONLY)
target_sources(kizashi_recognise PRIVATE "${shipped}")
