/* SPDX-License-Identifier: MIT */
#include "cli/options/layer_list.h"

#include "cli/options/number.h"

#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 32

static lnt_layer make_dense(void)
{
    return lnt_dense(0, LNT_IDENTITY);
}

static lnt_layer make_dropout(void)
{
    return lnt_dropout(0.5);
}

static const struct {
    const char *name;
    lnt_layer (*make)(void);
    size_t number; /* offset of what may follow; 0: nothing may */
} kinds[] = {
    {"dense", make_dense, 0},
    {"prelu", lnt_prelu, 0},
    {"dropout", make_dropout, offsetof(lnt_layer, rate)},
    {"batch_norm", lnt_batch_norm, offsetof(lnt_layer, epsilon)},
    {"layer_norm", lnt_layer_norm, offsetof(lnt_layer, epsilon)},
    {"rms_norm", lnt_rms_norm, offsetof(lnt_layer, epsilon)},
};

/* A layer of that name and where its number lies. */
static bool find(const char *name, lnt_layer *layer, size_t *number)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *layer = kinds[i].make();
            *number = kinds[i].number;
            return true;
        }
    }
    lnt_activation activation;
    if (lnt_activation_find(name, &activation) != LNT_OK) {
        return false;
    }
    *layer = lnt_activation_layer(activation);
    const bool has_alpha =
        activation == LNT_LEAKY_RELU || activation == LNT_ELU || activation == LNT_SINE;
    *number = has_alpha ? offsetof(lnt_layer, alpha) : 0;
    return true;
}

static lnt_status parse(const char *word, lnt_layer *layer, lnt_error *error)
{
    const size_t length = strcspn(word, "=");
    char name[NAME_ROOM] = "";
    size_t place = 0;
    if (length < sizeof name) {
        memcpy(name, word, length);
    }
    if (!find(name, layer, &place)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --layers: unknown layer '%.60s'; expected dense, an activation, "
                        "prelu, dropout, batch_norm, layer_norm or rms_norm",
                        word);
    }
    if (word[length] == '\0') {
        return LNT_OK;
    }
    double value = 0;
    const char *end = lnt_cli_read_number(word + length + 1, &value);
    if (place == 0 || end == NULL || *end != '\0') {
        return lnt_fail(error, LNT_ERR_INVALID,
                        place == 0 ? "option --layers: '%.60s': this layer takes no number"
                                   : "option --layers: '%.60s': expected a number after '='",
                        word);
    }
    memcpy((char *) layer + place, &value, sizeof value);
    return LNT_OK;
}

lnt_status lnt_cli_layer_list(const lnt_cli_texts *words, lnt_layer **layers, lnt_error *error)
{
    *layers = calloc(words->count > 0 ? words->count : 1, sizeof **layers);
    if (*layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < words->count; i++) {
        LNT_TRY(parse(words->items[i], &(*layers)[i], error));
    }
    return LNT_OK;
}
