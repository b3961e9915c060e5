// The world as paths (world-atlas, Natural Earth 1:110m), loaded when a map is first shown. Countries by ISO 3166-1.
import { geoArea, geoCentroid } from 'd3-geo';
import type { Feature, FeatureCollection, Geometry } from 'geojson';

/** Numeric codes of world-atlas to letters. */
const letters: Readonly<Record<string, string>> = Object.fromEntries(
  (
    '004AF 008AL 010AQ 012DZ 024AO 031AZ 032AR 036AU 040AT 044BS 050BD 051AM 056BE 064BT 068BO 070BA 072BW 076BR 084BZ 090SB 096BN ' +
    '100BG 104MM 108BI 112BY 116KH 120CM 124CA 140CF 144LK 148TD 152CL 156CN 158TW 170CO 178CG 180CD 188CR 191HR 192CU 196CY 203CZ ' +
    '204BJ 208DK 214DO 218EC 222SV 226GQ 231ET 232ER 233EE 238FK 242FJ 246FI 250FR 260TF 262DJ 266GA 268GE 270GM 275PS 276DE 288GH ' +
    '300GR 304GL 320GT 324GN 328GY 332HT 340HN 348HU 352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 388JM 392JP 398KZ 400JO ' +
    '404KE 408KP 410KR 414KW 417KG 418LA 422LB 426LS 428LV 430LR 434LY 440LT 442LU 450MG 454MW 458MY 466ML 478MR 484MX 496MN 498MD ' +
    '499ME 504MA 508MZ 512OM 516NA 524NP 528NL 540NC 548VU 554NZ 558NI 562NE 566NG 578NO 586PK 591PA 598PG 600PY 604PE 608PH 616PL ' +
    '620PT 624GW 626TL 630PR 634QA 642RO 643RU 646RW 682SA 686SN 688RS 694SL 703SK 704VN 705SI 706SO 710ZA 716ZW 724ES 728SS 729SD ' +
    '732EH 740SR 748SZ 752SE 756CH 760SY 762TJ 764TH 768TG 780TT 784AE 788TN 792TR 795TM 800UG 804UA 807MK 818EG 826GB 834TZ 840US ' +
    '854BF 858UY 860UZ 862VE 887YE 894ZM'
  ).split(' ').map((each) => [each.slice(0, 3), each.slice(3)]),
);

export interface Country {
  /** ISO letters; null: a land without them. */
  code: string | null;
  shape: Feature<Geometry>;
}

let known: Promise<Country[]> | null = null;

export function countries(): Promise<Country[]> {
  known ??= Promise.all([import('world-atlas/countries-110m.json'), import('topojson-client')]).then(([world, { feature }]) => {
    const topology = world.default as never;
    const all = feature(topology, (topology as { objects: { countries: never } }).objects.countries) as unknown as FeatureCollection;
    return all.features.map((shape) => ({ code: letters[String(shape.id).padStart(3, '0')] ?? null, shape }));
  });
  return known;
}

/**
 * Lands that a map of this size has no shape for, but from which much is sent: drawn as dots. ISO letters, longitude and
 * latitude.
 */
const dots: readonly (readonly [string, number, number])[] = [
  ['SG', 103.8, 1.35], ['HK', 114.2, 22.3], ['MO', 113.5, 22.2], ['MT', 14.4, 35.9], ['BH', 50.5, 26.0], ['MU', 57.5, -20.3],
  ['SC', 55.5, -4.6], ['MV', 73.5, 4.2], ['LI', 9.5, 47.1], ['MC', 7.4, 43.7], ['AD', 1.5, 42.5], ['SM', 12.5, 43.9], ['GI', -5.4, 36.1],
  ['BM', -64.8, 32.3], ['KY', -81.3, 19.3], ['VG', -64.6, 18.4], ['BB', -59.5, 13.2], ['GD', -61.7, 12.1], ['LC', -61.0, 13.9],
  ['AG', -61.8, 17.1], ['DM', -61.4, 15.4], ['KN', -62.7, 17.3], ['CW', -69.0, 12.2], ['AW', -70.0, 12.5], ['GP', -61.6, 16.2],
  ['MQ', -61.0, 14.6], ['RE', 55.5, -21.1], ['GU', 144.8, 13.4], ['WS', -172.1, -13.8], ['TO', -175.2, -21.2], ['PF', -149.4, -17.7],
  ['CV', -23.6, 15.1], ['ST', 6.6, 0.2], ['KM', 43.3, -11.7], ['FO', -6.9, 62.0], ['JE', -2.1, 49.2], ['GG', -2.6, 49.5], ['IM', -4.5, 54.2],
];

/** Where a country is drawn as a point: [longitude, latitude]. */
export type Places = ReadonlyMap<string, readonly [number, number]>;
export const dotPlaces: Places = new Map(dots.map(([code, x, y]) => [code, [x, y] as const]));

/** The middle of each country's largest piece: the United States without Alaska. */
export function placesOf(world: readonly Country[]): Places {
  const out = new Map(dotPlaces);
  for (const { code, shape } of world) if (code !== null) out.set(code, geoCentroid(largest(shape.geometry)));
  return out;
}

function largest(of: Geometry): Geometry {
  if (of.type !== 'MultiPolygon') return of;
  const pieces = of.coordinates.map((coordinates): Geometry => ({ type: 'Polygon', coordinates }));
  return pieces.reduce((best, each) => (geoArea(each) > geoArea(best) ? each : best));
}
