/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_COLUMNS_H
#define LINNET_DATA_TABLE_COLUMNS_H

#include <linnet/data.h>

/** The names "column1", …, "column<count>". */
lnt_status lnt_default_column_names(lnt_names **names, size_t count,
                                    const lnt_allocator *allocator);

/** Writes the default name of the column with this 0-based index. */
#define LNT_COLUMN_NAME_LENGTH 32
void lnt_default_column_name(size_t index, char name[LNT_COLUMN_NAME_LENGTH]);

/**
 * Finds a column by name, or else by 1-based number, negative from the end. `LNT_ERR_INVALID` if
 * there is none or two columns have that name; the error message begins with `file`, which may be
 * NULL.
 */
lnt_status lnt_columns_find(const lnt_names *names, const char *column, size_t *index,
                            const char *file, lnt_error *error);

#endif
