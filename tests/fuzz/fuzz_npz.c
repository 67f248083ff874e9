/* SPDX-License-Identifier: MIT */
#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_table(LNT_DATA_NPZ, data, size);
}
