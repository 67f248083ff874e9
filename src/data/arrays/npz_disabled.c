/* SPDX-License-Identifier: MIT */
#include "data/arrays/readers.h"

/* In a build without libzip. */
lnt_status lnt_npz_read_input(lnt_frame **frame, lnt_input *input, const char *entry,
                              const lnt_read_options *options)
{
    (void) frame;
    (void) entry;
    (void) options;
    return lnt_fail(input->error, LNT_ERR_INVALID,
                    "%s: this build of linnet reads no .npz files (meson option zip)", input->name);
}
