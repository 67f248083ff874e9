# SPDX-License-Identifier: MIT
# The plot of sweep.py, which sets folder, out, batch and width.
set terminal svg size 900,380 font "sans-serif,12" background "white"
set output out
set multiplot layout 1,2
set logscale x 2
set yrange [0:1.05]
set ytics 0.2
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set key bottom right samplen 2
set ylabel "share of the FMA peak"
do for [name in "width batch"] {
    file = sprintf("%s/%s.dat", folder, name)
    set xlabel (name eq "width" ? "width of the layers" : "rows of a batch")
    set title (name eq "width" ? sprintf("batches of %d", batch) : sprintf("layers %d wide", width))
    plot file using 1:2 with linespoints lc rgb "#1f5fa8" lw 2 pt 7 ps 0.6 title "Linnet, f32", \
         file using 1:3 with linespoints lc rgb "#1f5fa8" lw 2 dt 2 pt 6 ps 0.6 title "Linnet, f64", \
         file using 1:4 with linespoints lc rgb "#c05020" lw 1 pt 7 ps 0.5 title "products by CBLAS alone, f32", \
         file using 1:5 with linespoints lc rgb "#c05020" lw 1 dt 2 pt 6 ps 0.5 title "products by CBLAS alone, f64"
}
unset multiplot
