/* SPDX-License-Identifier: MIT */
#include "data/arrays/npz.h"

#include "base/arena.h"
#include "base/text/quote.h"
#include "data/arrays/readers.h"
#include "data/table/names.h"
#include <stdio.h>
#include <string.h>

/* An array to read as columns. */
typedef struct part {
    size_t index; /* of the entry in the archive */
    lnt_npy_info header;
} part;

typedef struct npz {
    lnt_input *input;
    zip_t *zip;
    const lnt_read_options *options;
    part *parts;
    size_t count;
    lnt_table table;
} npz;

static lnt_status no_memory(const npz *z)
{
    return lnt_fail(z->input->error, LNT_ERR_MEMORY, "%s: out of memory", z->input->name);
}

/* Opens an entry and reads its header. The caller closes it, also on failure. */
static lnt_status open_part(const npz *z, lnt_npz_entry *entry, part *p)
{
    LNT_TRY(lnt_npz_entry_open(entry, z->zip, p->index, z->input));
    LNT_TRY(lnt_array_read_header(&p->header, &entry->stream));
    return lnt_array_check_size(&entry->stream, &p->header);
}

static lnt_status look_at(const npz *z, part *p)
{
    lnt_npz_entry entry;
    lnt_status status = open_part(z, &entry, p);
    if (status == LNT_OK && p->header.rank == 0) {
        status = lnt_fail(z->input->error, LNT_ERR_FORMAT,
                          "%s: expected a table, found a single number", entry.label);
    }
    const size_t rows = z->parts[0].header.rows;
    if (status == LNT_OK && p->header.rows != rows) {
        status = lnt_fail(z->input->error, LNT_ERR_FORMAT,
                          "%s: expected %zu rows as in the first array, found %zu (choose one by "
                          "FILE.npz:NAME)",
                          entry.label, rows, p->header.rows);
    }
    lnt_npz_entry_close(&entry);
    return status;
}

/* The names of the arrays, for an error message. */
static void list_names(const npz *z, size_t entries, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < entries && used < size / 2; i++) {
        size_t length;
        char quoted[LNT_QUOTED_LENGTH];
        const char *const name = lnt_npz_entry_name(z->zip, i, &length);
        used += (size_t) snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                  lnt_text_quote(name, length, quoted));
    }
}

static lnt_status find_entry(npz *z, size_t entries, const char *entry)
{
    const size_t wanted = strlen(entry);
    for (size_t i = 0; i < entries; i++) {
        size_t length;
        const char *const name = lnt_npz_entry_name(z->zip, i, &length);
        if ((length == wanted || strlen(name) == wanted) && memcmp(name, entry, wanted) == 0) {
            z->parts[0].index = i;
            z->count = 1;
            return LNT_OK;
        }
    }
    char quoted[LNT_QUOTED_LENGTH], names[256];
    list_names(z, entries, names, sizeof names);
    return lnt_fail(z->input->error, LNT_ERR_INVALID, "%s: no array %s among %s", z->input->name,
                    lnt_text_quote(entry, wanted, quoted), names);
}

static lnt_status choose(npz *z, const char *entry)
{
    const zip_int64_t entries = zip_get_num_entries(z->zip, 0);
    if (entries <= 0) {
        return lnt_fail(z->input->error, LNT_ERR_FORMAT, "%s: expected arrays, found none",
                        z->input->name);
    }
    z->parts =
        lnt_allocate(z->options->allocator, entry != NULL ? 1 : (size_t) entries, sizeof *z->parts);
    if (z->parts == NULL) {
        return no_memory(z);
    }
    if (entry != NULL) {
        return find_entry(z, (size_t) entries, entry);
    }
    z->count = (size_t) entries;
    for (size_t i = 0; i < z->count; i++) {
        z->parts[i].index = i;
    }
    return LNT_OK;
}

/* "y" for an array of one column, else "x.1", "x.2", …; with `names` NULL, only bytes are counted.
 */
static size_t put_names(const npz *z, lnt_names *names)
{
    size_t total = 0;
    for (size_t i = 0; i < z->count; i++) {
        size_t length;
        const char *const name = lnt_npz_entry_name(z->zip, z->parts[i].index, &length);
        const size_t cols = z->parts[i].header.cols;
        char text[LNT_NPZ_LABEL_LENGTH];
        for (size_t j = 0; j < cols; j++) {
            const int n = cols == 1
                              ? snprintf(text, sizeof text, "%.*s", (int) length, name)
                              : snprintf(text, sizeof text, "%.*s.%zu", (int) length, name, j + 1);
            if (names != NULL) {
                lnt_names_append(names, text, (size_t) n);
            }
            total += (size_t) n;
        }
    }
    return total;
}

static lnt_status check_names(const npz *z)
{
    enum { LONGEST = 256 };
    for (size_t i = 0; i < z->count; i++) {
        size_t length;
        const char *const name = lnt_npz_entry_name(z->zip, z->parts[i].index, &length);
        char quoted[LNT_QUOTED_LENGTH];
        if (length == 0 || length > LONGEST || !lnt_text_is_utf8(name, length)) {
            return lnt_fail(z->input->error, LNT_ERR_FORMAT,
                            "%s: expected arrays with names of 1 to %d bytes of UTF-8, found %s",
                            z->input->name, LONGEST, lnt_text_quote(name, length, quoted));
        }
    }
    return LNT_OK;
}

static lnt_status settle_shape(npz *z)
{
    size_t cols = 0;
    for (size_t i = 0; i < z->count; i++) {
        LNT_TRY(look_at(z, &z->parts[i]));
        const size_t more = z->parts[i].header.cols;
        cols = more <= SIZE_MAX - cols ? cols + more : SIZE_MAX;
    }
    LNT_TRY(lnt_table_shape(&z->table, z->parts[0].header.rows, cols));
    LNT_TRY(check_names(z));
    if (lnt_names_allocate(&z->table.names, cols, put_names(z, NULL), z->options->allocator) !=
        LNT_OK) {
        return no_memory(z);
    }
    put_names(z, z->table.names);
    return z->count == 1 ? LNT_OK : lnt_table_allocate(&z->table, false);
}

static lnt_status read_part(npz *z, part *p, size_t first)
{
    const size_t rows = p->header.rows, cols = p->header.cols;
    lnt_npz_entry entry;
    lnt_status status = open_part(z, &entry, p);
    if (status == LNT_OK && (p->header.rows != rows || p->header.cols != cols)) {
        status = lnt_fail(z->input->error, LNT_ERR_FORMAT, "%s: it changed while it was read",
                          entry.label);
    }
    if (status == LNT_OK) {
        status = lnt_array_read(&z->table, &entry.stream, &p->header, first);
    }
    lnt_npz_entry_close(&entry);
    return status;
}

static lnt_status read_all(npz *z, const char *entry, lnt_frame **frame)
{
    LNT_TRY(choose(z, entry));
    LNT_TRY(settle_shape(z));
    for (size_t i = 0, first = 0; i < z->count; i++) {
        const size_t cols = z->parts[i].header.cols;
        LNT_TRY(read_part(z, &z->parts[i], first));
        first += cols;
    }
    return lnt_table_to_frame(&z->table, frame);
}

lnt_status lnt_npz_read_input(lnt_frame **frame, lnt_input *input, const char *entry,
                              const lnt_read_options *options)
{
    npz z = {.input = input,
             .options = options,
             .table = lnt_table_init(options, input->name, input->error)};
    LNT_TRY(lnt_npz_open(&z.zip, input));
    const lnt_status status = read_all(&z, entry, frame);
    lnt_release(options->allocator, z.parts);
    lnt_table_clear(&z.table);
    zip_discard(z.zip);
    return status;
}
