/** A number in three digits, in few characters. */
function shortNumber(value) {
  const digits = Number(value.toPrecision(3));
  return digits !== 0 && Math.abs(digits) < 0.001 ? digits.toExponential() : rounded(digits);
}

/** How a parameter is laid on an axis from 0 to 1: numbers by size, anything else by its words. */
function layOut(study, parameter, trials) {
  const values = trials.map((trial) => settingOf(trial, parameter))
    .filter((value) => value !== undefined && value !== null);
  const isNumber = values.length > 0 && values.every((value) => typeof value === 'number');
  if (isNumber) {
    let low = Infinity, high = -Infinity;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const isLogarithmic = low > 0 && (study.logarithmic
      ? study.logarithmic.includes(parameter) : high / low > 50);
    const scale = isLogarithmic ? Math.log : (value) => value;
    const reach = scale(high) - scale(low);
    return {
      parameter, isNumber, isLogarithmic, words: null,
      low: shortNumber(low), high: shortNumber(high),
      place: (value) => (typeof value !== 'number' ? null
        : reach === 0 ? 0.5 : (scale(value) - scale(low)) / reach),
    };
  }
  const words = [...new Set(values.map((value) => setting(value)))].sort();
  return {
    parameter, isNumber, isLogarithmic: false, words,
    low: cutShort(words[0] ?? '', 12), high: cutShort(words[words.length - 1] ?? '', 12),
    place: (value) => (value === undefined || value === null ? null
      : words.length < 2 ? 0.5 : words.indexOf(setting(value)) / (words.length - 1)),
  };
}

/** Writes the ends of each axis above and below it. */
function axisEnds(axes) {
  return {
    id: 'axisEnds',
    afterDraw(chart) {
      const {ctx: canvas, chartArea: {top, bottom}, scales: {x}} = chart;
      canvas.save();
      canvas.font = `11px ${getComputedStyle(document.body).fontFamily}`;
      canvas.fillStyle = colour('muted');
      canvas.strokeStyle = colour('edge');
      const taken = {high: -Infinity, low: -Infinity};
      for (const [index, axis] of axes.entries()) {
        const position = x.getPixelForValue(index);
        const side = index === 0 ? 0 : index === axes.length - 1 ? 1 : 0.5;
        canvas.textAlign = 'left';
        for (const [end, base] of [['high', top - 4], ['low', bottom + 11]]) {
          const {width} = canvas.measureText(axis[end]);
          const start = position - side * width;
          // On a narrow screen some axes have no room for their ends.
          if (start < taken[end] + 5) continue;
          canvas.fillText(axis[end], start, base);
          taken[end] = start + width;
        }
        canvas.beginPath();
        canvas.moveTo(position, top);
        canvas.lineTo(position, bottom);
        canvas.stroke();
      }
      canvas.restore();
    },
  };
}

/** Draws each trial as a line through its settings; the best tenth stands out. */
function showParameters(study) {
  const ranked = rankedTrials(study);
  if (study.parameters.length < 2 || ranked.length < 2) return;
  const section = byId('parameters');
  section.hidden = false;
  const shown = study.parameters.slice(0, limits.named);
  const axes = shown.map((parameter) => layOut(study, parameter, ranked));
  const best = Math.max(1, Math.ceil(ranked.length / 10));
  const rest = ranked.slice(best);
  const step = Math.max(1, Math.ceil(rest.length / (limits.curves - limits.bestCurves)));
  const drawn = [
    ...ranked.slice(0, Math.min(best, limits.bestCurves)).map((trial) => ({trial, isBest: true})),
    ...rest.filter((_, index) => index % step === 0).map((trial) => ({trial, isBest: false})),
  ];
  const datasets = drawn.map(({trial, isBest}) => ({
    trial: trial.trial,
    isBest,
    data: axes.map((axis, x) => ({x, y: axis.place(settingOf(trial, axis.parameter)) ?? NaN})),
    borderWidth: isBest ? 1.5 : 1,
    pointRadius: 0,
    pointHoverRadius: 3,
    spanGaps: true,
  }));
  const words = sentence(
    `Each line is a trial; green ones are the best ${plural(Math.min(best, limits.bestCurves), 'trial')}`,
    `by their last ${study.metric}, whatever ${study.fidelity} they have come to.`,
    drawn.length < ranked.length ? `${count(drawn.length)} of ${count(ranked.length)} are drawn.` : '',
    axes.some((axis) => axis.isLogarithmic)
      ? `On a logarithmic axis: ${some(axes.filter((axis) => axis.isLogarithmic)
        .map((axis) => axis.parameter))}.` : '',
    shown.length < study.parameters.length
      ? `${plural(study.parameters.length - shown.length, 'parameter')} more are in the table.` : '');
  const paint = ({data, options}) => {
    paintAxes(options);
    for (const dataset of data.datasets) {
      dataset.borderColor = dataset.backgroundColor =
        faint(colour(dataset.isBest ? 'completed' : 'other'), dataset.isBest ? 0.8 : 0.25);
    }
  };
  const configuration = {
    type: 'line',
    data: {datasets},
    plugins: [axisEnds(axes)],
    options: chartOptions({
      layout: {padding: {top: 18, right: 24, left: 24}},
      interaction: {mode: 'nearestCurve', intersect: false},
      scales: {
        x: {
          type: 'linear', min: 0, max: axes.length - 1, title: {display: false},
          grid: {display: false},
          ticks: {
            padding: 10, maxRotation: 40, autoSkip: false, includeBounds: true,
            callback: (value) => cutShort(axes[value]?.parameter ?? '', 20),
          },
          afterBuildTicks(axis) { axis.ticks = axes.map((_, value) => ({value})); },
        },
        y: {type: 'linear', min: 0, max: 1, display: false, title: {}, ticks: {}},
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => (item ? `trial ${item.dataset.trial}` : ''),
            label: (item) => {
              const trial = study.trialWithNumber.get(item.dataset.trial);
              const name = axes[item.parsed.x].parameter;
              return [`${name} ${setting(settingOf(trial, name))}`,
                `${study.metric} ${rounded(trial.value)}`];
            },
          },
        },
      },
    }),
  };
  paint(configuration);
  addChart(section, words, paint, configuration);
}
