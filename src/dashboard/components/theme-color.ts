/** What a variable of the theme comes to now (such as `ink`): a canvas knows no variables. */
export function readThemeColor(place: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
