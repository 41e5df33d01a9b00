#define _GNU_SOURCE
#include "cprocesses.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// Source: CUDA Driver API, "Device Management": cuDeviceGetUuid tells the GPU and cuDeviceGetUuid_v2 the
// MIG instance where it is cut; the latter came with CUDA 11.4. cuDeviceTotalMem_v2 takes a size_t.
int cprocesses_cuda_facts(const char *path, struct cprocesses_gpu_facts *facts, int capacity) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return -1;
  int (*init)(unsigned) = (int (*)(unsigned))dlsym(library, "cuInit");
  int (*count_of)(int *) = (int (*)(int *))dlsym(library, "cuDeviceGetCount");
  int (*device_at)(int *, int) = (int (*)(int *, int))dlsym(library, "cuDeviceGet");
  int (*gpu_uuid)(unsigned char *, int) =
    (int (*)(unsigned char *, int))dlsym(library, "cuDeviceGetUuid");
  int (*own_uuid)(unsigned char *, int) =
    (int (*)(unsigned char *, int))dlsym(library, "cuDeviceGetUuid_v2");
  int (*address_of)(char *, int, int) =
    (int (*)(char *, int, int))dlsym(library, "cuDeviceGetPCIBusId");
  int (*memory_of)(size_t *, int) = (int (*)(size_t *, int))dlsym(library, "cuDeviceTotalMem_v2");
  if (!init || !count_of || !device_at || !gpu_uuid || !address_of || !memory_of) return -1;
  int count = 0, code = init(0);
  // 100: no device.
  if (code == 100) return 0;
  if (code != 0 || (code = count_of(&count)) != 0) return -1 - code;
  if (count > capacity) count = capacity;
  for (int i = 0; i < count; i++) {
    int device;
    size_t bytes = 0;
    unsigned char gpu[16], own[16];
    if ((code = device_at(&device, i)) != 0 || (code = gpu_uuid(gpu, device)) != 0 ||
        (code = memory_of(&bytes, device)) != 0 ||
        (code = address_of(facts[i].address, sizeof facts[i].address, device)) != 0)
      return -1 - code;
    if (!own_uuid || own_uuid(own, device) != 0) memcpy(own, gpu, sizeof own);
    facts[i].memory = bytes;
    char *name = facts[i].name;
    name += sprintf(name, memcmp(own, gpu, sizeof own) == 0 ? "GPU-" : "MIG-");
    for (int byte = 0; byte < 16; byte++) {
      int dash = byte == 4 || byte == 6 || byte == 8 || byte == 10;
      name += sprintf(name, "%s%02x", dash ? "-" : "", own[byte]);
    }
  }
  return count;
}
