// Measured in the page by tests/test_browser.py. Colours and contrast: WCAG 2.2, "relative luminance" and "contrast ratio".
function parts(colour) {
  const numbers = (colour.match(/[\d.]+/g) || []).map(Number);
  return numbers.length < 3 ? [0, 0, 0, 0] : [numbers[0], numbers[1], numbers[2], numbers.length > 3 ? numbers[3] : 1];
}
function over(front, back) {
  const a = front[3];
  return [0, 1, 2].map(i => front[i] * a + back[i] * (1 - a)).concat(1);
}
function ground(element) {
  return element ? over(parts(getComputedStyle(element).backgroundColor), ground(element.parentElement)) : [255, 255, 255, 1];
}
function luminance(colour) {
  const [r, g, b] = colour.slice(0, 3).map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
function texts() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (!text || !element.checkVisibility() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const back = ground(element);
    found.push({text: text.slice(0, 40), ratio: contrast(over(parts(getComputedStyle(element).color), back), back)});
  }
  return found;
}
function shapes() {
  return [...document.querySelectorAll("svg .fill, svg .gain, svg .middle, svg .hatch-line")].map(shape => {
    const style = getComputedStyle(shape);
    const line = shape.tagName === "line";
    const host = shape.closest(".defs") ? document.querySelector(".card") || document.body : shape.closest("svg");
    const back = ground(host);
    return {text: shape.getAttribute("class"), ratio: contrast(parts(line ? style.stroke : style.fill), back)};
  });
}
function overflowing() {
  const room = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll("*")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > room + 0.5)
    .map(one => ({text: `${one.tagName}.${one.getAttribute("class")}`, right: one.getBoundingClientRect().right, room}));
}
function balances() {
  const number = text => Number((text.match(/[+\u2212]?\d+/) || ["0"])[0].replace(/[+\u2212]/, ""));
  return [...document.querySelectorAll(".picture")].map(picture => ({
    sides: [["left", "loss"], ["right", "gain"]].map(([label, kind]) => ({
      bits: number(picture.querySelector(`.${label}`).textContent),
      pixels: [...picture.querySelectorAll(`.${kind}`)].reduce((sum, one) => sum + one.width.baseVal.value, 0),
    })),
  }));
}
