package mortise.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Curves over two axes as SVG, which needs nothing but a browser. */
final class Chart {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 340;
    private static final int LEFT = 70;
    private static final int RIGHT = 26;
    private static final int TOP = 14;
    private static final int BOTTOM = 46;

    /** Told apart by hue and by lightness, so that no two look alike to anybody. */
    private static final List<String> COLOURS =
            List.of("#0b6e99", "#d9480f", "#2b8a3e", "#862e9c", "#495057", "#a61e4d");

    private static final List<String> DASHES = List.of("", "7 4", "2 3", "10 3 2 3", "4 2", "1 2");

    private final String title;
    private final Axis across;
    private final Axis up;
    private final List<Curve> curves;

    /**
     * One axis.
     *
     * @param name with the unit
     * @param ticks where lines are drawn; the first and the last are its ends
     * @param place where a value lies between 0 and 1
     * @param words what stands at a tick
     */
    record Axis(
            String name,
            List<Double> ticks,
            DoubleFunction<Double> place,
            DoubleFunction<String> words) {
        /** An axis of even steps from zero to at least so much. */
        static Axis linear(String name, double most) {
            double step = step(Math.max(most, 1e-9) / 5);
            List<Double> ticks = new ArrayList<>();
            for (int i = 0; i == 0 || ticks.getLast() < most; i++) {
                ticks.add(i * step);
            }
            double end = ticks.getLast();
            return new Axis(name, ticks, value -> value / end, Axis::plain);
        }

        /** An axis of powers of ten that has both values. */
        static Axis logarithmic(String name, double least, double most) {
            List<Double> ticks = new ArrayList<>();
            double tick = Math.pow(10, Math.floor(Math.log10(least)));
            while (ticks.isEmpty() || ticks.getLast() < most) {
                ticks.add(tick);
                tick *= 10;
            }
            double first = Math.log10(ticks.getFirst());
            double span = Math.max(1, Math.log10(ticks.getLast()) - first);
            return new Axis(
                    name,
                    ticks,
                    value -> (Math.log10(Math.max(value, ticks.getFirst())) - first) / span,
                    Axis::plain);
        }

        /** HdrHistogram's axis of percentiles: each nine has the same room. */
        static Axis percentiles(double most) {
            List<Double> ticks = new ArrayList<>(List.of(0.0, 50.0, 90.0, 99.0));
            for (double next = 99.9; ticks.getLast() < most; next = (next + 900) / 10) {
                ticks.add(next);
            }
            double end = Math.log10(100 / (100 - ticks.getLast()));
            return new Axis(
                    "percentile",
                    ticks,
                    value -> Math.min(1, Math.log10(100 / (100 - value)) / end),
                    Axis::plain);
        }

        private static String plain(double value) {
            return value == Math.rint(value)
                    ? String.format(Locale.ROOT, "%,.0f", value)
                    : trimmed(value);
        }

        private static String trimmed(double value) {
            return String.format(Locale.ROOT, "%.4f", value).replaceFirst("0+$", "");
        }

        private static double step(double about) {
            double power = Math.pow(10, Math.floor(Math.log10(about)));
            for (int factor : new int[] {1, 2, 5}) {
                if (factor * power >= about) {
                    return factor * power;
                }
            }
            return 10 * power;
        }
    }

    /**
     * One curve.
     *
     * @param system which system's it is, counted from 0: curves of one system look alike
     */
    record Curve(int system, String name, List<Point> points) {}

    /** One point, in the values of the axes. */
    record Point(double across, double up) {}

    Chart(String title, Axis across, Axis up, List<Curve> curves) {
        this.title = title;
        this.across = across;
        this.up = up;
        this.curves = List.copyOf(curves);
    }

    /** The colour of a system. */
    static String colour(int system) {
        return COLOURS.get(system % COLOURS.size());
    }

    /** A short line that looks like a system's curves. */
    static String sample(int system) {
        return String.format(
                Locale.ROOT,
                "<svg class=\"sample\" width=\"34\" height=\"10\" aria-hidden=\"true\"><line x1=\"0\" y1=\"5\" x2=\"34\" y2=\"5\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"%s\"/></svg>",
                colour(system),
                DASHES.get(system % DASHES.size()));
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                        WIDTH,
                        HEIGHT,
                        Html.escape(title)));
        for (double tick : up.ticks) {
            double y = y(tick);
            line(svg, LEFT, y, WIDTH - RIGHT, y);
            text(svg, LEFT - 8, y + 4, "end", up.words.apply(tick));
        }
        for (double tick : across.ticks) {
            double x = x(tick);
            line(svg, x, TOP, x, HEIGHT - BOTTOM);
            text(svg, x, HEIGHT - BOTTOM + 18, "middle", across.words.apply(tick));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", across.name);
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                        (TOP + HEIGHT - BOTTOM) / 2,
                        Html.escape(up.name)));
        curves.forEach(curve -> svg.append(path(curve)));
        return svg.append("</svg>\n").toString();
    }

    private String path(Curve curve) {
        StringBuilder points = new StringBuilder();
        curve.points.forEach(point ->
                points.append(
                        String.format(Locale.ROOT, "%.1f,%.1f ", x(point.across), y(point.up))));
        return String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" stroke-linejoin=\"round\" points=\"%s\"><title>%s</title></polyline>%n",
                colour(curve.system),
                DASHES.get(curve.system % DASHES.size()),
                points.toString().strip(),
                Html.escape(curve.name));
    }

    private double x(double value) {
        return LEFT + across.place.apply(value) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - up.place.apply(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                        x1,
                        y1,
                        x2,
                        y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                        x,
                        y,
                        anchor,
                        Html.escape(words)));
    }
}
