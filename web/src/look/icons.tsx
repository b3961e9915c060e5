// Small pictures, 16 by 16, of strokes in the colour of the text.
const paths = {
  now: 'M1.5 8h3l2-5 3 10 2-5h3',
  map: 'M8 1.500a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.500c2 2 2.5 4 2.5 6.500s-.5 4.5-2.5 6.500c-2-2-2.5-4-2.5-6.500S6 3.5 8 1.5',
  cube: 'M8 1.500l5.5 3v7L8 14.500l-5.5-3v-7zM8 8v6.500M8 8l5.5-3.500M8 8L2.5 4.5',
  lasso: 'M8 2.500c4 0 6.5 1.7 6.5 4.200S12 11 8 11S1.5 9.2 1.5 6.700S4 2.500 8 2.500M4.5 10.300c-1.500 1-1 3 .8 3.200',
  tiles: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z',
  search: 'M7 2a5 5 0 1 0 0 10A5 5 0 1 0 7 2M10.5 10.500L14.5 14.5',
  list: 'M5 3.500h9M5 8h9M5 12.500h9M2 3.500h.5M2 8h.5M2 12.500h.5',
  shield: 'M8 1.500l5.5 2v4c0 3.5-2.5 6-5.5 7c-3-1-5.5-3.5-5.5-7v-4z',
  group: 'M4 5.500a1.8 1.8 0 1 0 0-.1M12 4.500a1.8 1.8 0 1 0 0-.1M8 13a1.8 1.8 0 1 0 0-.1M5.3 6.500L7 11M6 5.200l4.2-.6M11.5 6.200L9 11.3',
  report: 'M3 1.500h7l3 3v10H3zM5.5 7h5M5.5 9.500h5M5.5 12h3',
  sensor: 'M8 8.500v6M5 14.500h6M8 6a1.5 1.5 0 1 0 0 .1M4.5 9.500a5 5 0 0 1 0-7M11.5 9.500a5 5 0 0 0 0-7',
  admin: 'M2 4.500h7M12 4.500h2M2 11.500h2M7 11.500h7M10.5 3v3M5.5 10v3',
  wall: 'M1.5 2.500h13v8.500h-13zM8 11v3M5 14h6',
  help: 'M8 1.500a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6 6.200c0-2.6 4-2.6 4 0c0 1.6-2 1.6-2 3.200M8 11.500v.3',
  table: 'M2 2.500h12v11H2zM2 6h12M2 9.800h12M6.5 6v7.5',
  chart: 'M2 2v12h12M4.5 11l3-4 2.5 2 4-5.5',
  copy: 'M5.5 5.500h8v8h-8zM3 10.500h-.5v-8h8V3',
  check: 'M2.5 8.500l3.5 3.5 7.5-8.5',
  info: 'M8 1.500a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 7.500v4M8 4.500v.4',
  close: 'M3.5 3.500l9 9M12.5 3.500l-9 9',
  play: 'M4.5 2.500l8.5 5.5-8.5 5.500z',
  pause: 'M5 3v10M11 3v10',
  back: 'M8 3.500L3.5 8L8 12.500M13 3.500L8.5 8l4.5 4.5',
  forward: 'M8 3.500L12.5 8L8 12.500M3 3.500L7.5 8L3 12.5',
  sun: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1.1 1.100M11.9 11.900L13 13M13 3l-1.1 1.100M4.1 11.900L3 13',
  moon: 'M13.5 9.500A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7',
  fold: 'M2 2.500h12v11H2zM6 2.500v11M11.5 6l-2 2 2 2',
  unfold: 'M2 2.500h12v11H2zM6 2.500v11M9.5 6l2 2-2 2',
  open: 'M6 3H2.500v10.500H13V10M9 2.500h4.500V7M13 3L7.5 8.5',
  user: 'M8 2a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2.5 14c.5-6 10.5-6 11 0',
  warn: 'M8 2l6.5 11.500h-13zM8 6.500v3.500M8 11.800v.2',
  refresh: 'M13.5 8A5.5 5.5 0 1 1 11.5 3.700M13.5 1.500v3.500H10',
  download: 'M8 2v8M4.5 7L8 10.500L11.5 7M2.5 13.500h11',
  clock: 'M8 1.500a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 4v4.300l2.8 1.7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark of Kizashi: 兆, as strokes. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M12.5 4v15c0 4-2 6.5-6.5 8.500M19.5 4v19.500c0 2.5 1 3.5 3.5 3.500s4-1.5 4-4M5.5 9.500l4.5 3M5 19.500l5-3M27 9l-4.5 3.500M27 18.500l-4.5-3" />
    </svg>
  );
}
