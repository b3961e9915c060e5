# Puts scanners/known.toml into the binary: one string in a source file made while configuring.
set(scanner_file "${CMAKE_SOURCE_DIR}/scanners/known.toml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${scanner_file}")
file(READ "${scanner_file}" scanner_text)
set(shipped_scanners "${CMAKE_CURRENT_BINARY_DIR}/shipped_scanners.cpp")
file(WRITE "${shipped_scanners}.new" "#include \"kizashi/recognise/internal/scanner_shipped.hpp\"

namespace kizashi::recognise::internal {

auto shipped_scanners() noexcept -> std::string_view {
  return R\"scanners(${scanner_text})scanners\";
}

}  // namespace kizashi::recognise::internal
")
configure_file("${shipped_scanners}.new" "${shipped_scanners}" COPYONLY)
target_sources(kizashi_recognise PRIVATE "${shipped_scanners}")
