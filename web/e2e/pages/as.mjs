export const path = () => '/as/4134';
