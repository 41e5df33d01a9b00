#include "cresources.h"

#include <string.h>

// Files are compiled in as they are: C23, which SwiftPM's default dialect offers as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char client[] = {
#embed "rung.py"
};

static const unsigned char page[] = {
#embed "report.html"
};

static const unsigned char style[] = {
#embed "report/style.css"
};

// One after the other: each file ends with a newline.
static const unsigned char scripts[] = {
#embed "report/base.js"
,
#embed "report/study.js"
,
#embed "report/charts.js"
,
#embed "report/heading.js"
,
#embed "report/progress.js"
,
#embed "report/winner.js"
,
#embed "report/front.js"
,
#embed "report/curves.js"
,
#embed "report/rungs.js"
,
#embed "report/parameters.js"
,
#embed "report/importance.js"
,
#embed "report/slices.js"
,
#embed "report/trials.js"
,
#embed "report/timeline.js"
,
#embed "report/machine.js"
,
#embed "report/budget.js"
,
#embed "report/plan.js"
,
#embed "report/failures.js"
,
#embed "report/reproduce.js"
,
#embed "report/parts.js"
,
#embed "report/page.js"
};

static const unsigned char campaign[] = {
#embed "campaign.html"
};

// What the report draws with goes first.
static const unsigned char campaign_scripts[] = {
#embed "report/base.js"
,
#embed "report/charts.js"
,
#embed "report/parts.js"
,
#embed "campaign/lines.js"
,
#embed "campaign/shares.js"
,
#embed "campaign/page.js"
};

static const unsigned char benchmark[] = {
#embed "benchmark.html"
};

static const unsigned char benchmark_scripts[] = {
#embed "report/base.js"
,
#embed "report/charts.js"
,
#embed "report/parts.js"
,
#embed "benchmark/looks.js"
,
#embed "benchmark/curves.js"
,
#embed "benchmark/ranks.js"
,
#embed "benchmark/table.js"
,
#embed "benchmark/page.js"
};

static const unsigned char chart[] = {
#embed CRESOURCES_CHART
};

static const unsigned char plain_study[] = {
#embed "templates/plain/study.yaml"
};

static const unsigned char plain_script[] = {
#embed "templates/plain/train.py"
};

static const unsigned char sklearn_study[] = {
#embed "templates/scikit-learn/study.yaml"
};

static const unsigned char sklearn_script[] = {
#embed "templates/scikit-learn/train.py"
};

static const unsigned char pytorch_study[] = {
#embed "templates/pytorch/study.yaml"
};

static const unsigned char pytorch_script[] = {
#embed "templates/pytorch/train.py"
};

static const unsigned char c_study[] = {
#embed "templates/c/study.yaml"
};

static const unsigned char c_script[] = {
#embed "templates/c/train.c"
};

static const unsigned char c_header[] = {
#embed "rung.h"
};

static const unsigned char imported_script[] = {
#embed "templates/imported/train.py"
};

#define TEMPLATE(name) {#name, name, sizeof name}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} templates[] = {
  TEMPLATE(plain_study),   TEMPLATE(plain_script),   TEMPLATE(sklearn_study),
  TEMPLATE(sklearn_script), TEMPLATE(pytorch_study), TEMPLATE(pytorch_script),
  TEMPLATE(c_study),       TEMPLATE(c_script),      TEMPLATE(c_header),
  TEMPLATE(imported_script),
};

const unsigned char *cresources_template(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
    if (strcmp(templates[i].name, name) != 0) continue;
    *count = templates[i].count;
    return templates[i].bytes;
  }
  *count = 0;
  return templates[0].bytes;
}

const unsigned char *cresources_client(size_t *count) {
  *count = sizeof client;
  return client;
}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} parts[] = {
  TEMPLATE(page), TEMPLATE(style), TEMPLATE(scripts), TEMPLATE(chart), TEMPLATE(campaign),
  TEMPLATE(campaign_scripts), TEMPLATE(benchmark), TEMPLATE(benchmark_scripts),
};

const unsigned char *cresources_report(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (strcmp(parts[i].name, name) != 0) continue;
    *count = parts[i].count;
    return parts[i].bytes;
  }
  *count = 0;
  return parts[0].bytes;
}
