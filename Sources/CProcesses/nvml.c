#define _GNU_SOURCE
#include "cprocesses.h"

#include <dlfcn.h>
#include <stdlib.h>

// Source: NVML API Reference Guide, "Initialization and Cleanup", "Device Queries" and "Structs":
// nvmlReturn_t is an int, 0 is NVML_SUCCESS; nvmlDevice_t is a pointer.
struct utilization { unsigned gpu, memory; };
struct memory { unsigned long long total, free, used; };
struct process { unsigned pid; unsigned long long used; unsigned instance, compute_instance; };

static struct {
  int (*device_at)(unsigned, void **);
  int (*device_of)(const char *, void **);
  int (*utilization_of)(void *, struct utilization *);
  int (*memory_of)(void *, struct memory *);
  int (*power_of)(void *, unsigned *);
  int (*processes_of)(void *, unsigned *, struct process *);
} nvml;

int cprocesses_nvml_open(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return -1;
  int (*init)(void) = (int (*)(void))dlsym(library, "nvmlInit_v2");
  nvml.device_at =
    (int (*)(unsigned, void **))dlsym(library, "nvmlDeviceGetHandleByIndex_v2");
  nvml.device_of = (int (*)(const char *, void **))dlsym(library, "nvmlDeviceGetHandleByUUID");
  nvml.utilization_of = (int (*)(void *, struct utilization *))
    dlsym(library, "nvmlDeviceGetUtilizationRates");
  nvml.memory_of =
    (int (*)(void *, struct memory *))dlsym(library, "nvmlDeviceGetMemoryInfo");
  nvml.power_of = (int (*)(void *, unsigned *))dlsym(library, "nvmlDeviceGetPowerUsage");
  // Of drivers since 510; earlier ones tell no process's memory here.
  nvml.processes_of = (int (*)(void *, unsigned *, struct process *))
    dlsym(library, "nvmlDeviceGetComputeRunningProcesses_v3");
  if (!init || !nvml.device_at || !nvml.device_of) return -1;
  int code = init();
  return code == 0 ? 0 : -1 - code;
}

uintptr_t cprocesses_nvml_device(const char *name) {
  char *end;
  unsigned long index = strtoul(name, &end, 10);
  void *device = NULL;
  int code = end != name && *end == 0 ? nvml.device_at((unsigned)index, &device)
                                      : nvml.device_of(name, &device);
  return code == 0 ? (uintptr_t)device : 0;
}

struct cprocesses_gpu_reading cprocesses_nvml_read(uintptr_t address) {
  void *device = (void *)address;
  struct cprocesses_gpu_reading reading = {-1, -1, -1};
  struct utilization utilization;
  struct memory memory;
  unsigned milliwatts;
  if (nvml.utilization_of && nvml.utilization_of(device, &utilization) == 0)
    reading.busy = utilization.gpu / 100.0;
  if (nvml.memory_of && nvml.memory_of(device, &memory) == 0)
    reading.memory_mib = (int64_t)(memory.used >> 20);
  if (nvml.power_of && nvml.power_of(device, &milliwatts) == 0)
    reading.watts = milliwatts / 1000.0;
  return reading;
}

int cprocesses_nvml_processes(
  uintptr_t address, struct cprocesses_gpu_process *processes, int capacity
) {
  struct process found[256];
  unsigned count = 256;
  if (!nvml.processes_of || nvml.processes_of((void *)address, &count, found) != 0) return 0;
  int known = 0;
  for (unsigned i = 0; i < count && known < capacity; i++) {
    // All bits set: the driver does not know.
    if (found[i].used == ~0ULL) continue;
    processes[known].process = (int32_t)found[i].pid;
    processes[known++].memory_mib = (int64_t)((found[i].used + (1 << 20) - 1) >> 20);
  }
  return known;
}
