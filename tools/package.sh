# shellcheck shell=bash
# ./dev package: build/package/kizashi_VERSION_ARCHITECTURE.deb. Sourced after tools/house.sh. What goes into it is laid under
# build/package/root as it will lie on a machine. The same commit gives the same package, byte for byte.

root=build/package/root

project_version() { sed -n 's/^project(kizashi VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt; }
package_file() { say "build/package/kizashi_$(project_version)_$(dpkg --print-architecture).deb"; }

# put MODE FOLDER FILE...: copies files into a folder of the package.
put() {
  local mode=$1 folder=$root/$2
  shift 2
  install -d -m 0755 "$folder"
  install -m "$mode" -t "$folder" "$@"
}

lay_program() {
  local engine
  put 0755 usr/bin build/release/kizashi
  strip --strip-unneeded "$root/usr/bin/kizashi"
  engine=$(tools/get_engine.py) || stop "a package without the store's engine is not made"
  put 0644 usr/lib/kizashi "$engine"
}

lay_service() {
  put 0644 lib/systemd/system deploy/kizashi.service
  put 0644 etc/kizashi deploy/kizashi.toml
}

# What programs read. Fingerprints, scanners and scenarios are in the program.
lay_data() {
  [[ -f build/release/place.table ]] || stop "a package without the table of countries and ASes is not made"
  put 0644 usr/share/kizashi build/release/place.table
  put 0644 usr/share/kizashi/schema schema/openapi.json schema/read.schema.json
  put 0644 usr/share/kizashi/grafana deploy/grafana/*
  if [[ -d build/pages ]]; then cp -r --no-preserve=mode build/pages "$root/usr/share/kizashi/pages"; fi
}

# The files of the repository that the documents link, one a line.
linked_files() {
  local document
  for document in README.md README.ja.md docs/*.md docs/engines/*.md; do
    grep -o '](\(\.\./\)*[a-zA-Z][^):#]*[)#]' "$document" | sed 's/^](//; s/[)#]$//' |
      while read -r link; do realpath -m --relative-to=. "$(dirname "$document")/$link"; done
  done | sort -u | while read -r file; do if [[ -f $file ]]; then say "$file"; fi; done
}

lay_documents() {
  local to=usr/share/doc/kizashi file
  put 0644 "$to" README.md README.ja.md LICENSE NOTICE deploy/debian/copyright
  put 0644 "$to/docs" docs/*.md
  put 0644 "$to/docs/engines" docs/engines/*.md
  # What they link lies where they say.
  for file in $(linked_files); do put 0644 "$to/$(dirname "$file")" "$file"; done
  put 0644 "$to/examples" kizashi.example.toml
  tools/manuals.py --program build/release/kizashi --output build/package/manuals
  put 0644 usr/share/man/man1 build/package/manuals/*.1
  put 0644 usr/share/man/man5 build/package/manuals/*.5
  gzip -9n "$root"/usr/share/man/man?/*
}

# The exact packages of the libraries that the program and the engine are linked with.
needed_packages() {
  local scratch=build/package/shlibs
  mkdir -p "$scratch/debian"
  printf 'Source: kizashi\n\nPackage: kizashi\nArchitecture: any\n' >"$scratch/debian/control"
  (cd "$scratch" && dpkg-shlibdeps -O ../root/usr/bin/kizashi ../root/usr/lib/kizashi/libchdb.so 2>log) |
    sed -n 's/^shlibs:Depends=//p'
}

lay_control() {
  local shlibs size
  shlibs=$(needed_packages || true)
  [[ -n $shlibs ]] ||
    stop "dpkg-shlibdeps does not say which packages the program needs: build/package/shlibs/log"
  size=$(du -k --apparent-size -s "$root" | cut -f 1)
  install -d -m 0755 "$root/DEBIAN"
  install -m 0755 -t "$root/DEBIAN" deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm
  say /etc/kizashi/kizashi.toml >"$root/DEBIAN/conffiles"
  sed -e "s|@VERSION@|$(project_version)|" -e "s|@ARCHITECTURE@|$(dpkg --print-architecture)|" \
    -e "s|@INSTALLED_SIZE@|$size|" -e "s|@SHLIBS@|$shlibs|" deploy/debian/control >"$root/DEBIAN/control"
  (cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | sort -z |
    xargs -0 md5sum) >"$root/DEBIAN/md5sums"
}

make_package() {
  local file
  file=$(package_file)
  heading "Making $file"
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -c safe.directory='*' log -1 --format=%ct)}
  export SOURCE_DATE_EPOCH
  umask 022
  rm -rf build/package
  mkdir -p "$root"
  lay_program
  lay_service
  lay_data
  lay_documents
  lay_control
  dpkg-deb --root-owner-group -Zzstd --build "$root" "$file" >/dev/null
  rm -r "$root"
  say "$(du -h --apparent-size "$file" | cut -f 1); to install it: apt install ./$file"
}

run_package() {
  case ${1:-} in
    '' | --test) ;;
    *) stop "package takes --test or nothing, not \"$1\"" 2 ;;
  esac
  need build package
  build release
  make_places
  get_engine
  make_package
  if [[ ${1:-} == --test ]]; then
    heading "Installing it on a clean system"
    KIZASHI_TRY_PACKAGE=1 ctest --test-dir build/release -R '^package\.' --verbose --no-tests=error
  fi
}
