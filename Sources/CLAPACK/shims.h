#ifndef CLAPACK_SHIMS_H
#define CLAPACK_SHIMS_H

#include <stddef.h>

// LAPACK is Fortran and ships no C header (LAPACKE is another library, which not every site has).
// Every argument is passed by address, the lengths of the texts by value at the end. Integers have
// 32 bits (LP64), as in every distribution's default build.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dtrtrs_(
  const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs,
  const double *a, const int *lda, double *b, const int *ldb, int *info, size_t, size_t, size_t);

// Weak, since each exists in one library only: Swift cannot ask whether a symbol is there.
__attribute__((weak)) void openblas_set_num_threads(int threads);
__attribute__((weak)) void MKL_Set_Num_Threads(int threads);
__attribute__((weak)) void bli_thread_set_num_threads(long threads);

static inline void clapack_use_one_thread(void) {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  if (MKL_Set_Num_Threads) MKL_Set_Num_Threads(1);
  if (bli_thread_set_num_threads) bli_thread_set_num_threads(1);
}

// Weak likewise. ilaver is LAPACK's own, and what it gives back is the interface's version.
__attribute__((weak)) void ilaver_(int *major, int *minor, int *patch);
__attribute__((weak)) char *openblas_get_config(void);

static inline int clapack_version(int *major, int *minor, int *patch) {
  if (!ilaver_) return 0;
  ilaver_(major, minor, patch);
  return 1;
}

static inline const char *clapack_openblas(void) {
  return openblas_get_config ? openblas_get_config() : NULL;
}

// Addresses of constants and lengths of texts, which Swift has no words for in a call. All act on
// lower triangles of matrices kept column after column, without gaps between the columns.
static inline int clapack_factorize(int n, double *matrix) {
  int info = 0;
  dpotrf_("L", &n, matrix, &n, &info, 1);
  return info;
}

static inline int clapack_invert(int n, double *factor) {
  int info = 0;
  dpotri_("L", &n, factor, &n, &info, 1);
  return info;
}

static inline int clapack_solve(
  int is_transposed, int n, int columns, const double *factor, double *right
) {
  int info = 0;
  dtrtrs_(
    "L", is_transposed ? "T" : "N", "N", &n, &columns, factor, &n, right, &n, &info, 1, 1, 1);
  return info;
}

#endif
