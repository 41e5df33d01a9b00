#ifndef CRESOURCES_H
#define CRESOURCES_H

#include <stddef.h>

/// Files that are compiled into the program, so that one executable is all a node needs.
/// Swift has no embedding of files; clang's #embed does it.

/// The Python client.
const unsigned char *cresources_client(size_t *count);

/// A part of the report: `page`, with places for the others and the data, `style`, `scripts`, or `chart`,
/// which is Chart.js as Debian's package libjs-chart.js installs it; or of a campaign's page, which has the
/// same style: `campaign` and `campaign_scripts`, `benchmark` and `benchmark_scripts`.
const unsigned char *cresources_report(const char *name, size_t *count);

/// A file that `rung init` writes; none, of no length, where the name is of none.
const unsigned char *cresources_template(const char *name, size_t *count);

#endif
