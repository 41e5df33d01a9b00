#define _GNU_SOURCE
#include "cprocesses.h"

#include <dlfcn.h>
#include <stdio.h>

// Source: CUDA Driver API, "Initialization" and "Device Management": CUresult and CUdevice are int,
// CUuuid has 16 bytes; cuDeviceGetUuid_v2 tells the instances of a GPU that is cut by MIG apart.
static int cuda_names(void *library, char *names, int capacity) {
  int (*init)(unsigned) = (int (*)(unsigned))dlsym(library, "cuInit");
  int (*count_of)(int *) = (int (*)(int *))dlsym(library, "cuDeviceGetCount");
  int (*device_at)(int *, int) = (int (*)(int *, int))dlsym(library, "cuDeviceGet");
  int (*uuid_of)(unsigned char *, int) =
    (int (*)(unsigned char *, int))dlsym(library, "cuDeviceGetUuid_v2");
  if (!uuid_of) uuid_of = (int (*)(unsigned char *, int))dlsym(library, "cuDeviceGetUuid");
  if (!init || !count_of || !device_at || !uuid_of) return -1;
  int count = 0, code = init(0);
  // 100: no device, which is what a process without any is to find.
  if (code == 100) return 0;
  if (code != 0 || (code = count_of(&count)) != 0) return -1 - code;
  if (count > capacity) count = capacity;
  for (int i = 0; i < count; i++) {
    int device;
    unsigned char uuid[16];
    if ((code = device_at(&device, i)) != 0 || (code = uuid_of(uuid, device)) != 0) return -1 - code;
    char *name = names + i * cprocesses_gpu_name_length;
    for (int byte = 0; byte < 16; byte++) {
      int dash = byte == 4 || byte == 6 || byte == 8 || byte == 10;
      name += sprintf(name, "%s%02x", dash ? "-" : "", uuid[byte]);
    }
  }
  return count;
}

// Source: HIP runtime API, "Device Management": hipError_t is an int, 100 is hipErrorNoDevice.
static int hip_names(void *library, char *names, int capacity) {
  int (*count_of)(int *) = (int (*)(int *))dlsym(library, "hipGetDeviceCount");
  int (*address_of)(char *, int, int) =
    (int (*)(char *, int, int))dlsym(library, "hipDeviceGetPCIBusId");
  if (!count_of || !address_of) return -1;
  int count = 0, code = count_of(&count);
  if (code == 100) return 0;
  if (code != 0) return -1 - code;
  if (count > capacity) count = capacity;
  for (int i = 0; i < count; i++) {
    char *name = names + i * cprocesses_gpu_name_length;
    if ((code = address_of(name, cprocesses_gpu_name_length, i)) != 0) return -1 - code;
  }
  return count;
}

int cprocesses_gpu_names(const char *path, int is_cuda, char *names, int capacity) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return -1;
  // The library stays: a driver that has begun is not to be taken from under its own threads.
  return is_cuda ? cuda_names(library, names, capacity) : hip_names(library, names, capacity);
}
