/** Shows one part; a part that fails says so in its place and leaves the others alone. */
function show(id, part) {
  try {
    return part();
  } catch (error) {
    byId(id).append(note(`This part could not be shown: ${error.message}`));
    console.error(error);
    return null;
  }
}

function followScreenAndPrinter() {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paintCharts);
  window.addEventListener('beforeprint', () => {
    document.documentElement.dataset.printing = '';
    paintCharts();
    for (const {chart, height} of charts) {
      chart.resize(680, height === null ? 300 : Math.min(height, 620));
    }
  });
  window.addEventListener('afterprint', () => {
    delete document.documentElement.dataset.printing;
    paintCharts();
    for (const {chart} of charts) chart.resize();
  });
}

function setUpCharts() {
  if (typeof Chart === 'undefined') return;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.Interaction.modes.nearestCurve = nearestCurve;
}

/** Notes, for tests, how many milliseconds the page took from being opened to being drawn. */
function noteDrawn() {
  document.documentElement.dataset.drawn = Math.round(performance.now());
}
