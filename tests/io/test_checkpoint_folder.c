/* SPDX-License-Identifier: MIT */
/* What opening a folder of checkpoints does with the files that it finds. */
#include "support/file.h"

#include "base/files/temporary_name.h"

#include <linnet/checkpoint.h>
#include <unistd.h>

TestSuite(checkpoint_folder, .init = make_test_folder, .fini = remove_test_folder);

/* No process has it: it is beyond the largest number that Linux gives. */
#define DEAD "99999999"
#define ONE "checkpoint-000000000001.safetensors"

static lnt_status open_and_close(lnt_error *error)
{
    lnt_checkpoint_folder *folder = NULL;
    LNT_TRY(lnt_checkpoint_folder_open(&folder, test_folder, 2, NULL, error));
    lnt_checkpoint_folder_close(folder);
    return LNT_OK;
}

Test(checkpoint_folder, orphans_are_removed_and_nothing_else)
{
    char own[64], parents[64];
    snprintf(own, sizeof own, "." ONE ".tmp.%ld", (long) getpid());
    snprintf(parents, sizeof parents, "." ONE ".tmp.%ld", (long) getppid());
    const struct {
        const char *name;
        bool stays;
    } files[] = {
        {"." ONE ".tmp." DEAD, false},
        {"." ONE ".tmp." DEAD ".1", false},
        {"." ONE ".tmp." DEAD ".999", false},
        {own, false}, /* of a process before this one, that had its number */
        {parents, true},
        {"." ONE ".tmp." DEAD ".1000", true},
        {"." ONE ".tmp." DEAD ".0", true},
        {"." ONE ".tmp." DEAD ".1.2", true},
        {"." ONE ".tmp." DEAD "x", true},
        {"." ONE ".tmp.0" DEAD, true},
        {"." ONE ".tmp.+" DEAD, true},
        {"." ONE ".tmp.-" DEAD, true},
        {"." ONE ".tmp.", true},
        {"." ONE ".tmp.99999999999999999999", true},
        {ONE ".tmp." DEAD, true},
        {"x." ONE ".tmp." DEAD, true},
        {".checkpoint-1.safetensors.tmp." DEAD, true},
        {".checkpoint-00000000000x.safetensors.tmp." DEAD, true},
        {"." ONE ".bad.tmp." DEAD, true},
        {".model.safetensors.tmp." DEAD, true},
        {"." ONE, true},
        {".tmp." DEAD, true},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        write_bytes(in_folder(files[i].name), "half", 4);
    }
    lnt_error error = {0};
    assert_status(open_and_close(&error), LNT_OK, "%s", error.message);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_eq(access(in_folder(files[i].name), F_OK) == 0, files[i].stays, "%s", files[i].name);
    }
}

/* Another run is at work there. */
Test(checkpoint_folder, nothing_is_removed_without_the_lock)
{
    lnt_checkpoint_folder *folder = NULL;
    lnt_error error = {0};
    assert_status(lnt_checkpoint_folder_open(&folder, test_folder, 2, NULL, NULL), LNT_OK);
    write_bytes(in_folder("." ONE ".tmp." DEAD), "half", 4);
    assert_status(open_and_close(&error), LNT_ERR_BUSY);
    assert_eq(access(in_folder("." ONE ".tmp." DEAD), F_OK), 0);
    lnt_checkpoint_folder_close(folder);
    assert_status(open_and_close(&error), LNT_OK);
    assert_ne(access(in_folder("." ONE ".tmp." DEAD), F_OK), 0);
}

/* What is a name that is too large a number must not be taken for a failure of the disk. */
Test(checkpoint_folder, names_of_huge_numbers_are_none_of_ours)
{
    lnt_checkpoint_folder *folder = NULL;
    lnt_checkpoint *checkpoint = NULL;
    uint64_t number;
    lnt_error error = {0};
    write_bytes(in_folder("checkpoint-99999999999999999999999.safetensors"), "x", 1);
    assert_status(lnt_checkpoint_folder_open(&folder, test_folder, 2, NULL, NULL), LNT_OK);
    assert_status(lnt_checkpoint_folder_newest(folder, &checkpoint, &number, NULL, &error), LNT_OK,
                  "%s", error.message);
    cr_assert_null(checkpoint);
    lnt_checkpoint_folder_close(folder);
}

Test(checkpoint_folder, temporary_names_there_and_back)
{
    char long_name[256] = "";
    memset(long_name, 'x', 255);
    const char *const names[] = {"model", "a.tmp.5", ".hidden", "with space", long_name};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int n = 0; n < LNT_TEMPORARIES_MAX; n += 333) {
            char temporary[NAME_MAX + 1], name[NAME_MAX + 1];
            long process = 0;
            lnt_temporary_name(temporary, names[i], 4194304, n);
            cr_assert(lnt_temporary_parse(temporary, name, &process), "%s", temporary);
            assert_eq(process, 4194304);
            cr_assert(strncmp(name, names[i], strlen(name)) == 0);
        }
    }
}
