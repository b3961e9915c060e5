// node read.mjs FILE "a, b": the codecs of a Parquet file and the values of some columns, as text.
import { readFileSync } from "node:fs";
import { decompress } from "fzstd";
import { parquetMetadata, parquetReadObjects } from "hyparquet";

const [path, columns] = process.argv.slice(2);
const bytes = readFileSync(path);
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const metadata = parquetMetadata(file);
const names = columns.split(", ");
const rows = await parquetReadObjects({
  file, columns: names, utf8: true,
  compressors: { ZSTD: (input, size) => decompress(input, new Uint8Array(size)) },
});
const codecs = new Set(metadata.row_groups.flatMap((group) => group.columns.map((each) => each.meta_data.codec)));
const text = (value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value));
console.log(JSON.stringify({ codecs: [...codecs], rows: rows.map((row) => names.map((name) => text(row[name]))) }));
