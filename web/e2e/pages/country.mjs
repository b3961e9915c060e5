// What it shares with the page of an address is tried there.
export const hasFilter = false;
export const path = () => '/country/US';
