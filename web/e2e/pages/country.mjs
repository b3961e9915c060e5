export const path = () => '/country/US';
