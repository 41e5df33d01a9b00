/** Values of all trials at one epoch, the highest that enough of them have reported. */
function valuesAtOneEpoch(study) {
  const enough = 20;
  const levels = study.rungs.length > 0 ? study.rungs : [study.fidelity_max];
  for (const level of [...levels].reverse()) {
    const values = study.trials.map((trial) => {
      const row = trial.reports.find(([epoch, value]) => epoch === level && isFinite(value));
      return row ? {trial, value: row[1]} : null;
    }).filter((entry) => entry !== null);
    if (values.length >= enough) return {level, values};
  }
  return null;
}

/** A density on a grid of the axis from 0 to 1, of kernels of one width. */
function densityOn(places, cells, width) {
  const density = new Float64Array(cells);
  for (let cell = 0; cell < cells; cell += 1) {
    const at = (cell + 0.5) / cells;
    for (const place of places) density[cell] += Math.exp(-(((at - place) / width) ** 2) / 2);
  }
  const sum = density.reduce((total, value) => total + value, 0);
  // What nobody was drawn from counts as rare, not as impossible.
  return density.map((value) => 0.99 * value / sum + 0.01 / cells);
}

/**
 * How much each parameter has to do with being among the best tenth, by PED-ANOVA: the Pearson
 * divergence between the settings of the best and those of all, one parameter at a time.
 *
 * Source: Watanabe, Bansal and Hutter, PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
 * Arbitrary Subspaces, IJCAI 2023, equation 16, with the whole space as the one to compare with.
 */
function importances(study, values) {
  const ranked = [...values].sort((a, b) => (study.isBetter(a.value, b.value) ? -1
    : study.isBetter(b.value, a.value) ? 1 : a.trial.trial - b.trial.trial));
  const best = new Set(ranked.slice(0, Math.max(3, Math.ceil(ranked.length / 10)))
    .map((entry) => entry.trial));
  const trials = ranked.map((entry) => entry.trial);
  const shares = study.parameters.map((parameter) => {
    const axis = layOut(study, parameter, trials);
    const all = [], top = [];
    for (const trial of trials) {
      const place = axis.place(settingOf(trial, parameter));
      if (place === null) continue;
      all.push(place);
      if (best.has(trial)) top.push(place);
    }
    if (top.length < 2 || new Set(all).size < 2) return {parameter, value: 0};
    const cells = axis.isNumber ? 60 : axis.words.length;
    // Words are counted, numbers smoothed by Scott's rule.
    const width = (places) => (axis.isNumber
      ? Math.max(0.02, 1.06 * spreadOf(places) * places.length ** -0.2) : 0.3 / cells);
    const scaled = (places) => (axis.isNumber ? places
      : places.map((place) => (place * (cells - 1) + 0.5) / cells));
    const [ofAll, ofTop] = [all, top].map((places) =>
      densityOn(scaled(places), cells, width(places)));
    let value = 0;
    for (let cell = 0; cell < cells; cell += 1) {
      value += ofAll[cell] * (ofTop[cell] / ofAll[cell] - 1) ** 2;
    }
    return {parameter, value};
  });
  const sum = shares.reduce((total, {value}) => total + value, 0);
  return shares.map(({parameter, value}) => ({parameter, share: sum > 0 ? value / sum : 0}))
    .sort((a, b) => b.share - a.share);
}

/** The standard deviation of numbers. */
function spreadOf(numbers) {
  const mean = numbers.reduce((total, value) => total + value, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / numbers.length);
}

/** Draws how much each parameter has to do with the best values. */
function showImportance(study) {
  const found = study.parameters.length > 1 ? valuesAtOneEpoch(study) : null;
  if (!found) return;
  const section = byId('importance');
  section.hidden = false;
  const shares = importances(study, found.values).slice(0, limits.named);
  const percent = (share) => Math.round(share * 1000) / 10;
  const words = sentence(
    `How much each parameter has to do with being among the best tenth of ${count(found.values.length)}`,
    `trials at ${study.fidelity} ${rounded(found.level)}, by PED-ANOVA (Watanabe et al., 2023).`,
    `${shares.slice(0, 3).map(({parameter, share}) => `${parameter} ${percent(share)} %`).join(', ')}.`,
    'A search that favours good settings hides part of what they are worth.');
  const paint = ({data, options}) => {
    paintAxes(options);
    data.datasets[0].backgroundColor = colour('paused');
  };
  const configuration = {
    type: 'bar',
    data: {
      labels: shares.map(({parameter}) => cutShort(parameter, 24)),
      datasets: [{data: shares.map(({share}) => percent(share)), barPercentage: 0.8}],
    },
    options: chartOptions({
      parsing: true,
      normalized: false,
      indexAxis: 'y',
      scales: {
        x: {min: 0, title: {display: true, text: 'share, %'}, ticks: {}},
        y: {title: {display: false}, ticks: {autoSkip: false}},
      },
      plugins: {
        tooltip: {displayColors: false, callbacks: {label: (item) => `${item.parsed.x} %`}},
      },
    }),
  };
  paint(configuration);
  addChart(section, words, paint, configuration);
}
