/* SPDX-License-Identifier: MIT */
#include "io/model/text.h"

#include <math.h>

lnt_model lnt_model_init(void)
{
    return (lnt_model){.loss = lnt_mse(LNT_MEAN),
                       .record = {.train_loss = NAN,
                                  .train_accuracy = NAN,
                                  .validation_loss = NAN,
                                  .validation_accuracy = NAN}};
}

void lnt_model_finish(lnt_model *model)
{
    if (model == NULL) {
        return;
    }
    lnt_net_destroy(model->net);
    lnt_scaler_destroy(model->input_scaler);
    lnt_scaler_destroy(model->target_scaler);
    lnt_names_destroy(model->input_names);
    lnt_names_destroy(model->target_names);
    lnt_names_destroy(model->class_names);
    lnt_class_weights_destroy(model->class_weights);
    lnt_laplace_destroy(model->laplace);
    *model = lnt_model_init();
}

lnt_status lnt_net_save(const lnt_net *net, const char *path, lnt_error *error)
{
    lnt_model model = lnt_model_init();
    model.net = (lnt_net *) net; /* saving only reads */
    return lnt_model_save(&model, path, error);
}
