/** What a slot does: the colour of the style sheet, and its name. */
const phases = {
  t: {name: 'training', colour: 'training'},
  l: {name: 'loading', colour: 'loading'},
  s: {name: 'saving', colour: 'saving'},
  i: {name: 'idle', colour: 'idle'},
};

const percentOf = (part, whole) => (whole > 0 ? Math.round(part / whole * 1000) / 10 : 0);

/** A legend of phases beside their share of the slots' time. */
function phaseLegend({offered, training, loading, saving}) {
  const idle = Math.max(0, offered - training - loading - saving);
  const shares = {t: training, l: loading, s: saving, i: idle};
  return element('ul', {className: 'counts'}, ...Object.entries(phases).map(([key, phase]) => {
    const label = element('span', {
      className: 'swatch', text: `${phase.name} ${percentOf(shares[key], offered)} %`,
    });
    label.style.setProperty('--state', `var(--${phase.colour})`);
    return element('li', {}, label);
  }));
}

/** What a row did from when to when, in the order in which that is drawn; of cells the time that it was there. */
function stretchesOf(timeline, index) {
  const {served} = timeline.rows[index];
  const stretches = [];
  for (let at = 0; at < served.length; at += 2) stretches.push(['i', served[at], served[at + 1]]);
  if (timeline.legs) {
    const legs = timeline.legs[index];
    for (let at = 0; at < legs.length; at += 5) {
      const [trial, from, began, told, to] = legs.slice(at, at + 5);
      stretches.push(['l', from, began, trial], ['t', began, told, trial], ['s', told, to, trial]);
    }
  }
  return stretches;
}

/**
 * The cells of a row: from when to when, and the shares of the time in which it trained, loaded and saved.
 * Neighbours that are alike are one.
 */
function cellsOf(timeline, index) {
  const text = timeline.cells[index];
  const step = timeline.seconds / Math.max(1, text.length / 3);
  const cells = [];
  for (let at = 0; at < text.length;) {
    const cell = text.slice(at, at + 3);
    let end = at + 3;
    while (end < text.length && text.slice(end, end + 3) === cell) end += 3;
    if (cell !== '---') {
      const shares = Array.from(cell, (digit) => Number(digit) / 9);
      cells.push({from: at / 3 * step, to: end / 3 * step, shares});
    }
    at = end;
  }
  return cells;
}

/** Draws the rows into a chart that has nothing but axes. */
function timelinePlugin(timeline, {stretches, cells}, heightOfRow, hasFigures) {
  return {
    id: 'timeline',
    beforeDatasetsDraw(chart) {
      const {ctx: canvas, chartArea: {left, right, top, bottom}, scales: {x, y}} = chart;
      canvas.save();
      canvas.beginPath();
      canvas.rect(left, top, right - left, bottom - top);
      canvas.clip();
      const gap = heightOfRow > 6 ? 2 : heightOfRow > 3 ? 0.5 : 0;
      const colours = Object.fromEntries(
        Object.entries(phases).map(([key, phase]) => [key, colour(phase.colour)]));
      stretches.forEach((row, index) => {
        const upper = y.getPixelForValue(index) + gap / 2;
        const height = Math.max(0.5, y.getPixelForValue(index + 1) - upper - gap / 2);
        for (const [phase, from, to] of row) {
          const start = x.getPixelForValue(from);
          const width = x.getPixelForValue(to) - start;
          if (width <= 0) continue;
          // What is shorter than a pixel can still be seen, but covers nothing else.
          canvas.fillStyle = colours[phase];
          canvas.globalAlpha = phase === 't' ? 1 : Math.min(1, 0.35 + width);
          canvas.fillRect(start, upper, Math.max(width, 0.4), height);
        }
        canvas.globalAlpha = 1;
        for (const {from, to, shares} of cells?.[index] ?? []) {
          const start = x.getPixelForValue(from);
          const width = x.getPixelForValue(to) - start;
          let base = upper + height;
          shares.forEach((share, phase) => {
            canvas.fillStyle = colours['tls'[phase]];
            // A little wider, so that no seam shows between neighbours.
            canvas.fillRect(start, base - share * height, width + 0.5, share * height);
            base -= share * height;
          });
        }
        // A line where one trial follows another at once, with no loading between that can be seen.
        canvas.fillStyle = colour('surface');
        if (heightOfRow > 6 && row.length < 900) {
          for (const [phase, from, to] of row) {
            const start = x.getPixelForValue(from);
            if (phase === 'l' && x.getPixelForValue(to) - start < 0.7) {
              canvas.fillRect(start - 0.5, upper, 1, height);
            }
          }
        }
      });
      canvas.strokeStyle = colour('ink');
      canvas.setLineDash([4, 3]);
      canvas.beginPath();
      for (const {seconds} of timeline.runs.slice(1)) {
        const place = Math.round(x.getPixelForValue(seconds)) + 0.5;
        canvas.moveTo(place, top);
        canvas.lineTo(place, bottom);
      }
      canvas.stroke();
      canvas.restore();
      if (hasFigures) writeShares(chart, timeline, heightOfRow);
    },
  };
}

/** Writes the share of each slot's time in which it trained beside its row. */
function writeShares({ctx: canvas, chartArea: {right}, scales: {y}}, timeline, heightOfRow) {
  canvas.save();
  canvas.font = `${Math.min(12, heightOfRow)}px ${Chart.defaults.font.family}`;
  canvas.fillStyle = colour('muted');
  canvas.textBaseline = 'middle';
  timeline.rows.forEach(({shares}, index) => {
    const text = `${Math.round(percentOf(shares.training, shares.offered))} %`;
    canvas.fillText(text, right + 6, y.getPixelForValue(index + 0.5));
  });
  canvas.restore();
}

/** The axis of slots: the name of each node beside its slots, where there is room. */
function slotScale(timeline, heightOfRow) {
  const groups = [];
  timeline.rows.forEach(({host}, index) => {
    const last = groups[groups.length - 1];
    if (last && last.host === host) last.to = index + 1;
    else groups.push({host, from: index, to: index + 1});
  });
  const ticks = [];
  let next = -Infinity;
  for (const {host, from, to} of groups) {
    const middle = (from + to) / 2;
    if (middle * heightOfRow < next) continue;
    ticks.push({value: middle, label: cutShort(host, window.innerWidth < 600 ? 8 : 16)});
    next = middle * heightOfRow + 15;
  }
  return {
    type: 'linear', reverse: true, min: 0, max: timeline.rows.length,
    title: {display: false},
    grid: {display: false},
    ticks: {autoSkip: false, callback: (value, index) => ticks[index]?.label ?? ''},
    afterBuildTicks(axis) { axis.ticks = ticks.map(({value}) => ({value})); },
  };
}

/** What a slot did at a moment, in words. */
function momentWords(timeline, row, {stretches: all, cells}, seconds) {
  const {host, slot} = timeline.rows[row];
  const stretches = all[row];
  const now = stretches.findLast(([, from, to]) => from <= seconds && seconds < to);
  const cell = cells?.[row].find(({from, to}) => from <= seconds && seconds < to);
  const percent = (share) => `${Math.round(share * 100)} %`;
  const what = cell ? `about ${percent(cell.shares[0])} training, ${percent(cell.shares[1])} loading,`
    + ` ${percent(cell.shares[2])} saving`
    : !now ? 'was not there' : now.length < 4 ? phases[now[0]].name
      : `${phases[now[0]].name}, trial ${now[3]}, for ${duration(now[2] - now[1])}`;
  return `${host}, slot ${slot}, after ${duration(seconds)}: ${what}.`;
}

/** Draws what each slot did; only where the events of the study are known. */
function showTimeline(study) {
  const {timeline} = study;
  if (!timeline || timeline.rows.length === 0 || !(timeline.seconds > 0)) return;
  const section = byId('timeline');
  section.hidden = false;
  section.append(phaseLegend(timeline.total));
  const rows = timeline.rows.length;
  const heightOfRow = Math.max(2, Math.min(20, Math.floor(560 / rows)));
  const drawn = {
    stretches: timeline.rows.map((_, index) => stretchesOf(timeline, index)),
    cells: timeline.legs ? null : timeline.rows.map((_, index) => cellsOf(timeline, index)),
  };
  const hasFigures = heightOfRow >= 9 && window.innerWidth >= 600;
  const paint = ({options}) => paintAxes(options);
  const configuration = {
    type: 'scatter',
    data: {datasets: [{data: []}]},
    plugins: [timelinePlugin(timeline, drawn, heightOfRow, hasFigures)],
    options: chartOptions({
      layout: {padding: {top: 6, right: hasFigures ? 46 : 10}},
      events: [],
      scales: {x: timeScale(timeline.seconds), y: slotScale(timeline, heightOfRow)},
      plugins: {tooltip: {enabled: false}},
    }),
  };
  paint(configuration);
  const chart = addChart(section, timelineWords(study), paint, configuration, {
    height: rows * heightOfRow + 62,
  });
  const about = element('p', {className: 'note screen', attributes: {id: 'timeline-moment'},
    text: 'Point at a slot to read what it did.'});
  section.append(about);
  const look = (event) => {
    const box = chart.canvas.getBoundingClientRect();
    const row = Math.floor(chart.scales.y.getValueForPixel(event.clientY - box.top));
    const seconds = chart.scales.x.getValueForPixel(event.clientX - box.left);
    if (row < 0 || row >= rows || seconds < 0 || seconds > timeline.seconds) return;
    about.textContent = momentWords(timeline, row, drawn, seconds);
  };
  chart?.canvas.addEventListener('pointermove', look);
  chart?.canvas.addEventListener('pointerdown', look);
  section.append(element('details', {}, element('summary', {text: 'Each slot in numbers'}),
    plainTable(['node', 'slot', 'there, h', 'training, %', 'loading, %', 'saving, %', 'idle, %'],
      timeline.rows.map(({host, slot, shares}) => {
        const parts = ['training', 'loading', 'saving'].map((name) =>
          percentOf(shares[name], shares.offered));
        const idle = Math.max(0, Math.round((100 - parts.reduce((a, b) => a + b, 0)) * 10) / 10);
        return [host, String(slot), Math.round(shares.offered / 36) / 100, ...parts,
          shares.offered > 0 ? idle : 0];
      }), 'timeline-heading')));
}

/** How the timeline came about, and what it leaves out. */
function timelineWords(study) {
  const {timeline} = study;
  const {total, saved} = timeline;
  const again = timeline.runs.length;
  return sentence(
    `${plural(timeline.slots, 'slot')}, which trained ${percentOf(total.training, total.offered)} %`,
    'of the time that they were there.',
    timeline.rows.length < timeline.slots
      ? `${count(timeline.rows.length)} of them are drawn, evenly spread.` : '',
    timeline.legs ? ''
      : 'There are too many processes to draw each: the height of each colour is the share of the time'
        + ' there; the figures are exact.',
    again > 1 ? `Dashed lines are the beginnings of ${plural(again - 1, 'further run')}; the time`
      + ' between runs does not count.' : '',
    'From events of the journal: loading is from when a slot was held for a trial until its process had',
    'begun, with its configuration proposed and its checkpoint in place; training until it was told to',
    'pause, stop or complete, or ended; saving from there until it had ended and left its checkpoint.',
    saved ? sentence('Checkpoints then became durable beside the training of others,',
      `${rounded(saved.mean)} s later in the mean, ${rounded(saved.longest)} s at most`,
      `(${plural(saved.count, 'checkpoint')}, ${bytesWords(saved.bytes)}).`) : '',
  );
}

/** A size in the largest unit that fits. */
function bytesWords(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) [bytes, unit] = [bytes / 1024, unit + 1];
  return `${Number(bytes.toPrecision(3))} ${units[unit]}`;
}
