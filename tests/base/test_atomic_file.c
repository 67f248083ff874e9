/* SPDX-License-Identifier: MIT */
#include "support/file.h"

#include "base/files/atomic_file.h"

#include <fcntl.h>
#include <linnet/file.h>
#include <linnet/io.h>
#include <signal.h>
#include <sys/resource.h>

TestSuite(atomic_file, .init = make_test_folder, .fini = remove_test_folder);

/* Writes `text` to `path` in two parts. */
static lnt_status put(const char *path, const char *text, lnt_error *error)
{
    lnt_atomic_file file;
    const size_t length = strlen(text);
    LNT_TRY(lnt_atomic_open(&file, path, error));
    LNT_TRY(lnt_atomic_write(&file, text, length / 2, error));
    LNT_TRY(lnt_atomic_write(&file, text + length / 2, length - length / 2, error));
    return lnt_atomic_commit(&file, error);
}

static void put_well(const char *path, const char *text)
{
    lnt_error error = {0};
    cr_assert(put(path, text, &error) == LNT_OK, "%s", error.message);
}

static bool holds(const char *path, const char *text)
{
    const bytes b = read_bytes(path);
    const bool same = b.size == strlen(text) && memcmp(b.data, text, b.size) == 0;
    free(b.data);
    return same;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    cr_assert(lstat(path, &status) == 0);
    return status.st_mode;
}

/* The save and the check before it fail with a sentence, and leave the folder as it was. */
static void refuse(const char *path, const char *sentence)
{
    const size_t files = files_in_folder();
    lnt_error error = {0};
    cr_assert(put(path, "new", &error) == LNT_ERR_IO, "%s", error.message);
    check_sentence(&error, LNT_ERR_IO, path, sentence);
    cr_assert(put(path, "new", NULL) == LNT_ERR_IO);
    error = (lnt_error){0};
    cr_assert(lnt_file_check_writable(path, &error) == LNT_ERR_IO);
    check_sentence(&error, LNT_ERR_IO, path, sentence);
    cr_assert(files_in_folder() == files, "a file was left");
}

Test(atomic_file, new_file_appears_with_the_umask)
{
    const char *path = in_folder("new");
    const mode_t old = umask(027);
    put_well(path, "hello");
    cr_assert(umask(old) == 027, "the umask was touched");
    cr_assert(holds(path, "hello") && files_in_folder() == 1);
    cr_assert(mode_of(path) == (S_IFREG | 0640), "%o", mode_of(path));
}

Test(atomic_file, nothing_is_seen_before_commit)
{
    const char *path = in_folder("kept");
    put_well(path, "old");
    lnt_atomic_file file;
    cr_assert(lnt_atomic_open(&file, path, NULL) == LNT_OK);
    cr_assert(lnt_atomic_write(&file, "new", 3, NULL) == LNT_OK);
    cr_assert(holds(path, "old") && files_in_folder() == 2);
    lnt_atomic_abandon(&file);
    lnt_atomic_abandon(&file);
    cr_assert(holds(path, "old") && files_in_folder() == 1);
}

Test(atomic_file, existing_file_keeps_its_permissions)
{
    const char *path = in_folder("mode");
    put_well(path, "old");
    cr_assert(chmod(path, 0604) == 0);
    put_well(path, "new");
    cr_assert(holds(path, "new") && mode_of(path) == (S_IFREG | 0604), "%o", mode_of(path));
    cr_assert(chmod(path, 04755) == 0);
    put_well(path, "newer");
    cr_assert(mode_of(path) == (S_IFREG | 0755), "set-user-id must not pass on");
}

Test(atomic_file, existing_file_keeps_its_owner)
{
    struct stat status;
    const char *path = in_folder("owner");
    put_well(path, "old");
    if (geteuid() == 0) {
        cr_assert(chown(path, 12345, 54321) == 0);
    }
    cr_assert(stat(path, &status) == 0);
    const uid_t owner = status.st_uid;
    const gid_t group = status.st_gid;
    put_well(path, "new");
    cr_assert(stat(path, &status) == 0 && status.st_uid == owner && status.st_gid == group);
}

/* Who may not give the group on must not give its rights to another one. */
Test(atomic_file, rights_of_a_group_are_not_passed_to_another)
{
    const char *path = in_folder("group");
    put_well(path, "old");
    cr_assert(chmod(path, 0666) == 0 && chmod(test_folder, 0777) == 0);
    if (geteuid() == 0 && chown(path, 12345, 54321) == 0 && become_nobody()) {
        put_well(path, "new");
        become_oneself();
        cr_assert(mode_of(path) == (S_IFREG | 0606), "%o", mode_of(path));
    }
}

Test(atomic_file, link_stays_and_its_target_is_replaced)
{
    cr_assert(mkdir(in_folder("runs"), 0755) == 0);
    const char *target = in_folder("runs/one"), *link = in_folder("latest");
    const char *chain = in_folder("chain"), *absolute = in_folder("absolute");
    cr_assert(symlink("runs/one", link) == 0 && symlink("latest", chain) == 0);
    cr_assert(symlink(target, absolute) == 0);
    put_well(link, "dangling"); /* makes what the link points to */
    cr_assert(holds(target, "dangling") && S_ISLNK(mode_of(link)));
    put_well(chain, "through two");
    cr_assert(holds(target, "through two") && S_ISLNK(mode_of(chain)) && S_ISLNK(mode_of(link)));
    put_well(absolute, "absolute");
    cr_assert(holds(target, "absolute") && S_ISLNK(mode_of(absolute)));
    cr_assert(files_in_folder() == 4);
}

Test(atomic_file, circle_of_links_is_refused)
{
    cr_assert(symlink("b", in_folder("a")) == 0 && symlink("a", in_folder("b")) == 0);
    refuse(in_folder("a"), "Too many levels of symbolic links");
}

Test(atomic_file, what_is_no_regular_file_is_not_replaced)
{
    cr_assert(mkdir(in_folder("folder"), 0755) == 0 && mkfifo(in_folder("pipe"), 0644) == 0);
    cr_assert(symlink("/dev/null", in_folder("null")) == 0);
    refuse(in_folder("folder"), "it is a folder");
    refuse(in_folder("folder/"), "it is a folder");
    refuse(in_folder("."), "it is a folder");
    refuse(in_folder(".."), "it is a folder");
    refuse("/", "it is a folder");
    refuse(in_folder("pipe"), "it is not a regular file");
    refuse(in_folder("null"), "it is not a regular file");
    cr_assert(S_ISCHR(mode_of("/dev/null")));
}

Test(atomic_file, missing_folder_and_impossible_names_are_refused)
{
    refuse(in_folder("missing/file"), "cannot open its folder: No such file or directory");
    refuse(in_folder("missing/"), "No such file or directory");
    refuse("", "No such file or directory");
    put_well(in_folder("file"), "x");
    refuse(in_folder("file/below"), "Not a directory");
}

Test(atomic_file, too_long_names_are_refused)
{
    static char name[257], path[2 * PATH_MAX];
    memset(name, 'x', sizeof name - 1);
    memset(path, '/', sizeof path - 1);
    const char *const long_ones[] = {in_folder(name), path};
    for (size_t i = 0; i < 2; i++) {
        lnt_error error = {0};
        cr_assert(put(long_ones[i], "new", &error) == LNT_ERR_IO);
        cr_assert(strstr(error.message, ": cannot write it: File name too long") != NULL);
    }
    cr_assert(files_in_folder() == 0);
}

Test(atomic_file, longest_name_is_possible)
{
    char name[256] = "";
    memset(name, 'x', 255);
    put_well(in_folder(name), "long");
    cr_assert(holds(in_folder(name), "long") && files_in_folder() == 1);
}

Test(atomic_file, folder_or_file_that_may_not_be_written_is_refused)
{
    const char *path = in_folder("file");
    put_well(path, "old");
    cr_assert(chmod(path, 0444) == 0);
    if (become_nobody()) {
        refuse(path, "cannot replace it: Permission denied");
        refuse(in_folder("other"), "create a temporary file beside it: Permission denied");
        become_oneself();
    }
    cr_assert(holds(path, "old"));
}

/* What a process of our number left behind when it died. */
Test(atomic_file, stale_temporary_file_is_in_nobodys_way)
{
    char stale[64];
    snprintf(stale, sizeof stale, ".model.tmp.%ld", (long) getpid());
    write_bytes(in_folder(stale), "half", 4);
    put_well(in_folder("model"), "whole");
    cr_assert(holds(in_folder("model"), "whole"));
    cr_assert(holds(in_folder(stale), "half"), "it may be another thread's");
    cr_assert(files_in_folder() == 2);
}

Test(atomic_file, two_writers_of_one_file_do_not_mix)
{
    lnt_atomic_file a, b;
    const char *path = in_folder("contended");
    cr_assert(lnt_atomic_open(&a, path, NULL) == LNT_OK);
    cr_assert(lnt_atomic_open(&b, path, NULL) == LNT_OK);
    cr_assert(lnt_atomic_write(&a, "first", 5, NULL) == LNT_OK);
    cr_assert(lnt_atomic_write(&b, "second", 6, NULL) == LNT_OK);
    cr_assert(lnt_atomic_commit(&b, NULL) == LNT_OK && holds(path, "second"));
    cr_assert(lnt_atomic_commit(&a, NULL) == LNT_OK && holds(path, "first"));
    cr_assert(files_in_folder() == 1);
}

/* A full disk, by the limit on a file's size: a short write, and then none. */
Test(atomic_file, failed_write_leaves_the_old_file)
{
    static char big[100000];
    const char *path = in_folder("full");
    put_well(path, "old");
    memset(big, 'x', sizeof big - 1);
    cr_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    struct rlimit limit;
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 70000;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    lnt_error error = {0};
    const lnt_status status = put(path, big, &error);
    limit.rlim_cur = before;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_assert(status == LNT_ERR_IO);
    check_sentence(&error, LNT_ERR_IO, path, "cannot write: File too large");
    cr_assert(holds(path, "old") && files_in_folder() == 1);
}

Test(atomic_file, failed_rename_leaves_no_temporary_file)
{
    const char *path = in_folder("late");
    lnt_atomic_file file;
    lnt_error error = {0};
    cr_assert(lnt_atomic_open(&file, path, NULL) == LNT_OK);
    cr_assert(mkdir(path, 0755) == 0); /* a folder took the place meanwhile */
    cr_assert(lnt_atomic_commit(&file, &error) == LNT_ERR_IO);
    check_sentence(&error, LNT_ERR_IO, path, "cannot rename");
    cr_assert(files_in_folder() == 1);
}

/* Descriptors must neither leak nor be inherited by a program that is started meanwhile. */
Test(atomic_file, descriptors_are_closed)
{
    const int next = open("/dev/null", O_RDONLY);
    cr_assert(next >= 0 && close(next) == 0);
    lnt_atomic_file file;
    cr_assert(lnt_atomic_open(&file, in_folder("fd"), NULL) == LNT_OK);
    cr_assert((fcntl(file.fd, F_GETFD) & FD_CLOEXEC) != 0);
    cr_assert((fcntl(file.location.directory, F_GETFD) & FD_CLOEXEC) != 0);
    cr_assert(lnt_atomic_commit(&file, NULL) == LNT_OK);
    put_well(in_folder("fd"), "again");
    cr_assert(put(in_folder("missing/fd"), "x", NULL) == LNT_ERR_IO);
    const int after = open("/dev/null", O_RDONLY);
    cr_assert(after == next, "%d instead of %d", after, next);
    close(after);
}

Test(atomic_file, check_touches_nothing)
{
    lnt_error error = {0};
    const char *path = in_folder("kept"), *dangling = in_folder("dangling");
    put_well(path, "old");
    cr_assert(symlink("target", dangling) == 0);
    cr_assert(lnt_file_check_writable(path, &error) == LNT_OK, "%s", error.message);
    cr_assert(lnt_file_check_writable(in_folder("new"), &error) == LNT_OK, "%s", error.message);
    cr_assert(lnt_file_check_writable(dangling, &error) == LNT_OK, "%s", error.message);
    cr_assert(holds(path, "old") && files_in_folder() == 2);
    cr_assert(lnt_file_check_writable(NULL, &error) == LNT_ERR_NULL);
}

/* Its permissions allow writing, its folder does not allow the rename. */
Test(atomic_file, file_of_another_in_a_sticky_folder_is_refused)
{
    const char *path = in_folder("file");
    put_well(path, "old");
    cr_assert(chmod(path, 0666) == 0 && chmod(test_folder, 01777) == 0);
    if (become_nobody()) {
        refuse(path, "cannot replace it: Operation not permitted");
        put_well(in_folder("own"), "new");
        put_well(in_folder("own"), "newer");
        become_oneself();
    }
    cr_assert(holds(path, "old"));
}

/* --- a file written in parts by its descriptor --- */

Test(file_writer, writes_by_the_descriptor, .init = make_test_folder, .fini = remove_test_folder)
{
    const char *path = in_folder("parts");
    lnt_file_writer *writer = NULL;
    cr_assert_eq(lnt_file_writer_descriptor(writer), -1);
    for (int keep = 0; keep < 2; keep++) {
        cr_assert(lnt_file_writer_open(&writer, path, NULL) == LNT_OK);
        cr_assert(write(lnt_file_writer_descriptor(writer), "whole", 5) == 5);
        cr_assert(access(path, F_OK) != 0);
        if (keep == 0) {
            lnt_file_writer_discard(writer);
            cr_assert(files_in_folder() == 0);
        }
    }
    cr_assert(lnt_file_writer_commit(writer, NULL) == LNT_OK);
    cr_assert(holds(path, "whole") && files_in_folder() == 1);
    lnt_file_writer_discard(NULL);
}

Test(file_writer, refusals, .init = make_test_folder, .fini = remove_test_folder)
{
    lnt_error error = {0};
    lnt_file_writer *writer = (lnt_file_writer *) &error;
    cr_assert(lnt_file_writer_open(&writer, in_folder("no/file"), &error) == LNT_ERR_IO);
    cr_assert(writer == NULL);
    cr_assert(lnt_file_writer_open(&writer, NULL, &error) == LNT_ERR_NULL);
    cr_assert(lnt_file_writer_open(NULL, "file", &error) == LNT_ERR_NULL);
    cr_assert(lnt_file_writer_commit(NULL, &error) == LNT_ERR_NULL);
}

/* --- one file by two paths --- */

Test(file_same, spellings_links_and_files_that_are_not_there_yet, .init = make_test_folder,
     .fini = remove_test_folder)
{
    cr_assert(mkdir(in_folder("sub"), 0755) == 0 && symlink("sub", in_folder("link")) == 0);
    put_well(in_folder("file"), "x");
    cr_assert(link(in_folder("file"), in_folder("hard")) == 0);
    cr_assert(symlink("new", in_folder("dangling")) == 0);
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"file", "sub/../file", true}, {"file", "hard", true},       {"file", "new", false},
        {"new", "./new", true},        {"new", "sub/..//new", true}, {"new", "dangling", true},
        {"link/new", "sub/new", true}, {"new", "sub/new", false},    {"new", "newer", false},
        {"no/new", "no/new", false},   {"file", "sub", false},       {"sub", "link", true},
        {"dangling", "file", false},   {"link/../new", "new", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *a = in_folder(cases[i].a), *b = in_folder(cases[i].b);
        cr_assert(lnt_file_same(a, b) == cases[i].same, "%s and %s", a, b);
        cr_assert(lnt_file_same(b, a) == cases[i].same, "%s and %s", b, a);
    }
    cr_assert(!lnt_file_same(NULL, "x") && !lnt_file_same("x", NULL) && !lnt_file_same("", ""));
}
