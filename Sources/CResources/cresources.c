#include "cresources.h"

// Files are compiled in as they are: C23, which SwiftPM's default dialect offers as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char client[] = {
#embed "rung.py"
};

static const unsigned char report[] = {
#embed "report.html"
};

static const unsigned char chart[] = {
#embed "/usr/share/javascript/chart.js/chart.min.js"
};

const unsigned char *cresources_client(size_t *count) {
  *count = sizeof client;
  return client;
}

const unsigned char *cresources_report(size_t *count) {
  *count = sizeof report;
  return report;
}

const unsigned char *cresources_chart(size_t *count) {
  *count = sizeof chart;
  return chart;
}
