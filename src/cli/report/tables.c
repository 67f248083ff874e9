/* SPDX-License-Identifier: MIT */
#include "cli/report/parts.h"
#include "cli/report/scores.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LAYERS_MOST 100

/* What a layer is besides its size: "relu", "rate 0.5". */
static void put_detail(lnt_html *html, const lnt_layer *layer, const char *name)
{
    char number[LNT_HTML_NUMBER_MAX];
    const char *activation = lnt_activation_name(layer->activation);
    if (strcmp(name, "dropout") == 0) {
        lnt_html_put(html, "rate %s", lnt_html_number(layer->rate, 4, number));
    } else if (strcmp(name, "residual") == 0) {
        lnt_html_put(html, "skips %zu layers", layer->skip_depth);
    } else if (strcmp(name, "dense") == 0 || strcmp(name, "activation") == 0) {
        lnt_html_escape(html, activation);
        lnt_html_put(html, strcmp(name, "dense") == 0 && !layer->bias ? ", no bias" : "");
    }
}

static void layer_numbers(lnt_net *net, size_t layer, size_t *parameters, double *norm)
{
    *parameters = 0;
    *norm = 0;
    for (size_t t = 0; t < lnt_net_n_parameter_tensors(net); t++) {
        lnt_parameter parameter;
        double one = 0;
        if (lnt_net_parameter(net, t, &parameter) == LNT_OK && parameter.layer == layer) {
            *parameters += parameter.value.rows * parameter.value.cols;
            if (lnt_norm(LNT_NORM_L2, &parameter.value, &one) == LNT_OK) {
                *norm = hypot(*norm, one);
            }
        }
    }
}

static void put_layer(lnt_html *html, lnt_net *net, size_t i, size_t inputs)
{
    const lnt_layer *layer = lnt_net_layer(net, i);
    const char *name = lnt_layer_name(layer);
    char a[LNT_HTML_NUMBER_MAX], b[LNT_HTML_NUMBER_MAX];
    size_t parameters;
    double norm;
    layer_numbers(net, i, &parameters, &norm);
    lnt_html_put(html, "<tr><th scope=\"row\">%zu</th><td class=\"text\">", i);
    lnt_html_escape(html, name);
    lnt_html_put(html, "</td><td class=\"text\">");
    put_detail(html, layer, name != NULL ? name : "");
    lnt_html_put(html, "</td><td>%zu → %zu</td><td>%s</td><td>%s</td></tr>\n", inputs,
                 lnt_net_layer_outputs(net, i), lnt_html_count(parameters, a),
                 parameters > 0 ? lnt_html_number(norm, 4, b) : "–");
}

void lnt_html_layers_put(lnt_html *html, const lnt_cli_html_report *report)
{
    lnt_net *net = report->model->net;
    const size_t n = lnt_net_n_layers(net);
    lnt_html_put(html, "<div class=\"table\"><h3>Layers</h3>\n<div class=\"scroll\">"
                       "<table class=\"layers\">\n"
                       "<thead><tr><th scope=\"col\">layer</th><th scope=\"col\" class=\"text\">"
                       "kind</th><th scope=\"col\" class=\"text\">detail</th>"
                       "<th scope=\"col\">size</th><th scope=\"col\">parameters</th>"
                       "<th scope=\"col\">norm</th></tr></thead>\n<tbody>\n");
    size_t inputs = lnt_net_inputs(net);
    for (size_t i = 0; i < n; i++) {
        if (n <= LAYERS_MOST || i < LAYERS_MOST / 2 || i + LAYERS_MOST / 2 >= n) {
            put_layer(html, net, i, inputs);
        }
        inputs = lnt_net_layer_outputs(net, i);
    }
    lnt_html_put(html, "</tbody></table></div>\n");
    if (n > LAYERS_MOST) {
        lnt_html_put(html, "<p>%zu layers in the middle are omitted.</p>\n", n - LAYERS_MOST);
    }
    lnt_html_put(html, "</div>\n");
}

static void begin_pairs(lnt_html *html, const char *title, const char *note)
{
    lnt_html_put(html, "<div class=\"table\"><h3>%s</h3>\n", title);
    if (note != NULL) {
        lnt_html_put(html, "<p>%s</p>\n", note);
    }
    lnt_html_put(html, "<div class=\"scroll\"><table class=\"pairs\">\n<tbody>\n");
}

static void end_pairs(lnt_html *html)
{
    lnt_html_put(html, "</tbody></table></div></div>\n");
}

static void put_pair(lnt_html *html, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0') {
        return;
    }
    lnt_html_put(html, "<tr><th scope=\"row\">");
    lnt_html_escape(html, name);
    lnt_html_put(html, "</th><td class=\"text\">");
    lnt_html_escape(html, value);
    lnt_html_put(html, "</td></tr>\n");
}

void lnt_html_settings_put(lnt_html *html, const lnt_cli_html_report *report)
{
    if (report->n_settings == 0) {
        return;
    }
    begin_pairs(html, "Configuration", NULL);
    for (size_t i = 0; i < report->n_settings; i++) {
        put_pair(html, report->settings[i].name, report->settings[i].value);
    }
    end_pairs(html);
}

void lnt_html_build_put(lnt_html *html)
{
    const lnt_build build = lnt_build_info();
    char threads[24] = "";
    if (build.blas_threads > 0) {
        snprintf(threads, sizeof threads, "%d", build.blas_threads);
    }
    begin_pairs(html, "Software", NULL);
    put_pair(html, "Linnet", build.version);
    put_pair(html, "compiler", build.compiler);
    put_pair(html, "BLAS", build.blas_config[0] != '\0' ? build.blas_config : build.blas);
    put_pair(html, "kernels", build.blas_core);
    put_pair(html, "LAPACK", build.lapack);
    put_pair(html, "threads", threads);
    end_pairs(html);
}

void lnt_html_scores_put(lnt_html *html, const lnt_cli_html_report *report)
{
    const lnt_scores *scores = report->result != NULL ? &report->result->validation : NULL;
    bool some = false;
    for (int m = 0; scores != NULL && m < LNT_N_METRICS; m++) {
        some = some || !isnan(scores->value[m]);
    }
    if (!some) {
        return;
    }
    begin_pairs(html, "Scores of the held-out rows",
                report->model->target_scaler != NULL ? "In the scale of the training." : NULL);
    for (int m = 0; m < LNT_N_METRICS; m++) {
        char text[LNT_HTML_NUMBER_MAX];
        if (!isnan(scores->value[m])) {
            put_pair(html, lnt_html_metric((lnt_metric) m),
                     lnt_html_number(scores->value[m], 5, text));
        }
    }
    end_pairs(html);
}
