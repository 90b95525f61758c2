package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What a broker's process holds over time, life by life. Thread-safe. */
final class ProcessSamples {
    /** When a sample was taken. */
    enum Moment {
        /** While clients work. */
        LOAD,
        /** All records are answered, and the round's topics are deleted. */
        QUIET
    }

    /**
     * One look at the process.
     *
     * @param life which of the broker's processes, from 1
     * @param ageSeconds how long that process has run
     * @param logBytes what all lives have logged
     */
    record Sample(
            Moment moment,
            int life,
            double ageSeconds,
            long residentBytes,
            long threads,
            long files,
            long logBytes,
            long diskBytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-5s life %2d age %6.1f s: resident %4d MB, %3d threads, %4d files, log %5.1f KB, disk %4d MB",
                    moment.name().toLowerCase(Locale.ROOT),
                    life,
                    ageSeconds,
                    residentBytes >> 20,
                    threads,
                    files,
                    logBytes / 1024.0,
                    diskBytes >> 20);
        }
    }

    private final List<Sample> samples = new ArrayList<>();

    /** Looks at the process; nothing if it ends meanwhile. */
    void take(Moment moment, BrokerUnderLoad broker, BoundedDisk disk) {
        Path process = Path.of("/proc", Long.toString(broker.pid()));
        int life = broker.life();
        double age = broker.ageSeconds();
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            List<String> status = Files.readAllLines(process.resolve("status"));
            Sample sample =
                    new Sample(
                            moment,
                            life,
                            age,
                            figure(status, "VmRSS:") << 10,
                            figure(status, "Threads:"),
                            files.count(),
                            broker.logBytes(),
                            disk.usedBytes());
            synchronized (this) {
                samples.add(sample);
            }
        } catch (IOException | UncheckedIOException ended) {
            // the process is being replaced by the next one
        }
    }

    /** The resident memory of a process. */
    static long residentBytes(long pid) {
        try {
            return figure(
                            Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")),
                            "VmRSS:")
                    << 10;
        } catch (IOException failure) {
            throw new UncheckedIOException("looking at process " + pid, failure);
        }
    }

    private static long figure(List<String> status, String name) throws IOException {
        for (String line : status) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("a process that ends has no " + name);
    }

    synchronized List<Sample> all() {
        return List.copyOf(samples);
    }

    synchronized List<Sample> of(Moment moment) {
        return samples.stream().filter(sample -> sample.moment == moment).toList();
    }

    /** The samples under load of the process that lived longest, without its first third. */
    synchronized List<Sample> longestLife() {
        List<Sample> loaded = of(Moment.LOAD);
        int longest =
                loaded.stream()
                        .max((left, right) -> Double.compare(left.ageSeconds, right.ageSeconds))
                        .map(Sample::life)
                        .orElse(0);
        List<Sample> life = loaded.stream().filter(sample -> sample.life == longest).toList();
        return life.subList(life.size() / 3, life.size());
    }

    /** The least-squares slope of a figure over a process's age, per hour. */
    static double slopePerHour(List<Sample> samples, ToLongFunction<Sample> figure) {
        double meanAge = samples.stream().mapToDouble(Sample::ageSeconds).average().orElse(0);
        double mean = samples.stream().mapToLong(figure).average().orElse(0);
        double above = 0;
        double below = 0;
        for (Sample sample : samples) {
            double age = sample.ageSeconds - meanAge;
            above += age * (figure.applyAsLong(sample) - mean);
            below += age * age;
        }
        return below == 0 ? 0 : 3600 * above / below;
    }
}
