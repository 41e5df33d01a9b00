#ifndef CHDF5_SHIMS_H
#define CHDF5_SHIMS_H

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>

// H5E_DEFAULT is a cast macro: Swift does not see it.
static inline void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

// The type of the error record is only good inside a callback of the library.
struct chdf5_text {
  char *bytes;
  size_t capacity;
};

static inline herr_t chdf5_keep_deepest(unsigned n, const H5E_error2_t *error, void *context) {
  struct chdf5_text *text = (struct chdf5_text *)context;
  if (n == 0) snprintf(text->bytes, text->capacity, "%s", error->desc ? error->desc : "");
  return 0;
}

// A callback, and H5E_DEFAULT again. Copies the deepest record of the error stack.
static inline void chdf5_root_cause(char *bytes, size_t capacity) {
  struct chdf5_text text = {bytes, capacity};
  if (capacity > 0) bytes[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_keep_deepest, &text);
  H5Eclear2(H5E_DEFAULT);
}

// Identifiers behind macros that expand to calls and comma expressions.
static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t chdf5_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t chdf5_little_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_little_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_little_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_little_int8(void) { return H5T_STD_I8LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

// Constants behind macros with casts.
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_exclusive(void) { return H5F_ACC_EXCL; }
static inline H5F_libver_t chdf5_latest(void) { return H5F_LIBVER_LATEST; }

// The name came with 1.10.2, the format with 1.10.0.
static inline H5F_libver_t chdf5_version_110(void) {
#if H5_VERSION_GE(1, 10, 2)
  return H5F_LIBVER_V110;
#else
  return H5F_LIBVER_LATEST;
#endif
}

static inline size_t chdf5_variable(void) { return H5T_VARIABLE; }

// Which releases can switch locking off by property is a matter of version macros: 1.10.7, and
// 1.12.1 of the next line. Older ones only look at the environment, when they start.
static inline herr_t chdf5_switch_locking_off(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
#endif
}

// H5Literate is a macro over functions whose callbacks take differing records.
typedef void (*chdf5_name_visitor)(const char *name, void *context);

struct chdf5_visit {
  chdf5_name_visitor visitor;
  void *context;
};

#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info2_t chdf5_link_info;
#else
typedef H5L_info_t chdf5_link_info;
#endif

static inline herr_t chdf5_visit_link(
  hid_t group, const char *name, const chdf5_link_info *info, void *context
) {
  (void)group;
  (void)info;
  struct chdf5_visit *visit = (struct chdf5_visit *)context;
  visit->visitor(name, visit->context);
  return 0;
}

static inline herr_t chdf5_list_links(hid_t group, chdf5_name_visitor visitor, void *context) {
  struct chdf5_visit visit = {visitor, context};
#if H5_VERSION_GE(1, 12, 0)
  return H5Literate2(group, H5_INDEX_NAME, H5_ITER_INC, NULL, chdf5_visit_link, &visit);
#else
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, chdf5_visit_link, &visit);
#endif
}

// H5Aiterate is such a macro too.
static inline herr_t chdf5_visit_attribute(
  hid_t object, const char *name, const H5A_info_t *info, void *context
) {
  (void)object;
  (void)info;
  struct chdf5_visit *visit = (struct chdf5_visit *)context;
  visit->visitor(name, visit->context);
  return 0;
}

static inline herr_t chdf5_list_attributes(
  hid_t object, chdf5_name_visitor visitor, void *context
) {
  struct chdf5_visit visit = {visitor, context};
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, chdf5_visit_attribute, &visit);
}

// Replaced by H5Treclaim in 1.12, where the old name is a deprecated symbol that may be left out.
static inline herr_t chdf5_reclaim(hid_t type, hid_t space, void *values) {
#if H5_VERSION_GE(1, 12, 0)
  return H5Treclaim(type, space, H5P_DEFAULT, values);
#else
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
#endif
}

#endif
