/* SPDX-License-Identifier: MIT */
#include "io/model/text.h"

#include "base/files/file_error.h"
#include "io/json/number.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef enum record_type { COUNT, SEED, REAL } record_type;

static const struct {
    const char *name;
    record_type type;
    size_t offset;
} record_fields[] = {
    {"epochs", COUNT, offsetof(lnt_training_summary, epochs)},
    {"train_rows", COUNT, offsetof(lnt_training_summary, train_rows)},
    {"validation_rows", COUNT, offsetof(lnt_training_summary, validation_rows)},
    {"seed", SEED, offsetof(lnt_training_summary, seed)},
    {"train_loss", REAL, offsetof(lnt_training_summary, train_loss)},
    {"train_accuracy", REAL, offsetof(lnt_training_summary, train_accuracy)},
    {"validation_loss", REAL, offsetof(lnt_training_summary, validation_loss)},
    {"validation_accuracy", REAL, offsetof(lnt_training_summary, validation_accuracy)},
};

enum { N_RECORD_FIELDS = sizeof record_fields / sizeof record_fields[0] };

/* The text of one field; NULL without memory. */
static json_t *field_json(record_type type, const char *place)
{
    size_t count;
    uint64_t seed;
    double real;
    switch (type) {
    case COUNT:
        memcpy(&count, place, sizeof count);
        return lnt_u64_json(count);
    case SEED:
        memcpy(&seed, place, sizeof seed);
        return lnt_u64_json(seed);
    default:
        memcpy(&real, place, sizeof real);
        return lnt_f64_json(real);
    }
}

static bool field_is_unknown(record_type type, const char *place)
{
    double real = 0;
    if (type == REAL) {
        memcpy(&real, place, sizeof real);
    }
    return isnan(real);
}

json_t *lnt_training_summary_json(const lnt_training_summary *summary)
{
    json_t *root = json_object();
    for (size_t i = 0; root != NULL && i < N_RECORD_FIELDS; i++) {
        const char *place = (const char *) summary + record_fields[i].offset;
        if (!field_is_unknown(record_fields[i].type, place) &&
            !lnt_json_put(root, record_fields[i].name, field_json(record_fields[i].type, place))) {
            json_decref(root);
            return NULL;
        }
    }
    return root;
}

static bool field_parse(const json_t *value, record_type type, char *place)
{
    double real = NAN;
    uint64_t whole = 0;
    if (type == REAL) {
        const bool fine = value == NULL || lnt_f64_parse(value, &real);
        memcpy(place, &real, sizeof real);
        return fine;
    }
    if (!lnt_u64_parse(value, &whole) || (type == COUNT && whole > SIZE_MAX)) {
        return false;
    }
    const size_t count = (size_t) whole;
    memcpy(place, type == COUNT ? (const void *) &count : (const void *) &whole,
           type == COUNT ? sizeof count : sizeof whole);
    return true;
}

lnt_status lnt_training_summary_parse(lnt_training_summary *summary, const json_t *root,
                                      const char *path, lnt_error *error)
{
    size_t present = 0;
    for (size_t i = 0; i < N_RECORD_FIELDS; i++) {
        const json_t *value = json_object_get(root, record_fields[i].name);
        present += value != NULL;
        if (!field_parse(value, record_fields[i].type,
                         (char *) summary + record_fields[i].offset)) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                                 "training record: expected a number as text as '%s'",
                                 record_fields[i].name);
        }
    }
    if (json_object_size(root) != present) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "training record: has fields that this library does not know");
    }
    return LNT_OK;
}
