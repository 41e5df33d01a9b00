/* The look of one method after another: colours of Okabe and Ito (2008), dashes and marks, so that no two of 24
   methods look alike and nothing rests on colour alone. */
const colours = ['paused', 'failed', 'completed', 'stopped', 'running', 'setup', 'ink', 'other'];
const marks = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot', 'cross'];
const dashes = [[], [7, 4], [2, 3]];

function lookOf(index) {
  return {
    colour: colours[index % colours.length],
    point: marks[index % marks.length],
    dash: dashes[Math.floor(index / colours.length) % dashes.length],
  };
}

const drawingSpace = 'http://www.w3.org/2000/svg';

/** Makes an element of a drawing. */
function drawn(tag, attributes = {}, text = null) {
  const node = document.createElementNS(drawingSpace, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  return node;
}

/** The line of a method as its figures have it, for a legend. */
function sampleOf(look) {
  const sample = drawn('svg', {width: 28, height: 10, 'aria-hidden': 'true'});
  sample.append(drawn('line', {
    x1: 1, x2: 27, y1: 5, y2: 5, 'stroke-dasharray': look.dash.join(' '),
    style: `stroke: var(--${look.colour}); stroke-width: 2.5`,
  }));
  return sample;
}
