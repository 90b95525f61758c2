package mortise.metrics.prometheus;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the process and its JVM take, under the names that Prometheus' own clients use. A metric
 * that the system does not tell is left out. Thread-safe.
 */
final class ProcessMetrics {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final List<ProcessMetric> metrics;

    private ProcessMetrics(List<ProcessMetric> metrics) {
        this.metrics = metrics;
    }

    /**
     * One metric.
     *
     * @param unit {@code seconds}, {@code bytes} or empty
     * @param samples reads it now; none if the system does not tell
     */
    record ProcessMetric(
            String name,
            String type,
            String unit,
            List<String> labels,
            String doc,
            Source samples) {}

    /** Reads a metric. */
    @FunctionalInterface
    interface Source {
        List<Sample> read();
    }

    /**
     * One value.
     *
     * @param suffix what follows the metric's name
     */
    record Sample(String suffix, List<String> labelValues, String number) {}

    /** The metrics of the process that this runs in. */
    static ProcessMetrics ofThisProcess() {
        List<ProcessMetric> all = new ArrayList<>();
        all.addAll(process());
        all.addAll(memory());
        all.addAll(machine());
        return new ProcessMetrics(List.copyOf(all));
    }

    /** The metrics, in the order in which they are written. */
    List<ProcessMetric> all() {
        return metrics;
    }

    private static List<ProcessMetric> process() {
        return List.of(
                new ProcessMetric(
                        "process_cpu_seconds_total",
                        "counter",
                        "seconds",
                        List.of(),
                        "Processor time that the process took, of user and system together.",
                        () -> nanos(system().getProcessCpuTime())),
                new ProcessMetric(
                        "process_resident_memory_bytes",
                        "gauge",
                        "bytes",
                        List.of(),
                        "Memory of the process that lies in RAM.",
                        () -> one(residentBytes())),
                new ProcessMetric(
                        "process_open_fds",
                        "gauge",
                        "",
                        List.of(),
                        "Files and sockets that the process has open.",
                        () -> descriptors(UnixOperatingSystemMXBean::getOpenFileDescriptorCount)),
                new ProcessMetric(
                        "process_max_fds",
                        "gauge",
                        "",
                        List.of(),
                        "How many files and sockets the process may have open.",
                        () -> descriptors(UnixOperatingSystemMXBean::getMaxFileDescriptorCount)),
                new ProcessMetric(
                        "process_start_time_seconds",
                        "gauge",
                        "seconds",
                        List.of(),
                        "When the process started, in seconds since 1970.",
                        () ->
                                text(
                                        ManagementFactory.getRuntimeMXBean().getStartTime()
                                                / MILLIS_PER_SECOND)));
    }

    private static List<ProcessMetric> memory() {
        return List.of(
                new ProcessMetric(
                        "jvm_memory_used_bytes",
                        "gauge",
                        "bytes",
                        List.of("area"),
                        "Memory in use, on the heap and beside it.",
                        () -> areas(MemoryUsage::getUsed)),
                new ProcessMetric(
                        "jvm_memory_committed_bytes",
                        "gauge",
                        "bytes",
                        List.of("area"),
                        "Memory that the JVM has from the system.",
                        () -> areas(MemoryUsage::getCommitted)),
                new ProcessMetric(
                        "jvm_memory_max_bytes",
                        "gauge",
                        "bytes",
                        List.of("area"),
                        "Memory that the JVM may have from the system; -1 without a limit.",
                        () -> areas(MemoryUsage::getMax)),
                new ProcessMetric(
                        "jvm_buffer_pool_used_bytes",
                        "gauge",
                        "bytes",
                        List.of("pool"),
                        "Memory in buffers outside the heap.",
                        () -> pools(BufferPoolMXBean::getMemoryUsed)),
                new ProcessMetric(
                        "jvm_gc_collection_seconds",
                        "summary",
                        "seconds",
                        List.of("gc"),
                        "Garbage collections and the time that they took.",
                        ProcessMetrics::collections));
    }

    private static List<ProcessMetric> machine() {
        return List.of(
                new ProcessMetric(
                        "jvm_threads_current",
                        "gauge",
                        "",
                        List.of(),
                        "Platform threads that are alive.",
                        () -> one(ManagementFactory.getThreadMXBean().getThreadCount())),
                new ProcessMetric(
                        "jvm_threads_daemon",
                        "gauge",
                        "",
                        List.of(),
                        "Platform threads that are alive and do not keep the process from ending.",
                        () -> one(ManagementFactory.getThreadMXBean().getDaemonThreadCount())),
                new ProcessMetric(
                        "jvm_threads_started_total",
                        "counter",
                        "",
                        List.of(),
                        "Platform threads that were started.",
                        () ->
                                one(
                                        ManagementFactory.getThreadMXBean()
                                                .getTotalStartedThreadCount())),
                new ProcessMetric(
                        "jvm_classes_currently_loaded",
                        "gauge",
                        "",
                        List.of(),
                        "Classes that are loaded.",
                        () -> one(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount())),
                new ProcessMetric(
                        "jvm_info",
                        "gauge",
                        "",
                        List.of("version", "vendor"),
                        "1, with the version and vendor of the JVM as labels.",
                        () ->
                                List.of(
                                        new Sample(
                                                "",
                                                List.of(
                                                        Runtime.version().toString(),
                                                        ManagementFactory.getRuntimeMXBean()
                                                                .getVmVendor()),
                                                "1"))));
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }

    private static List<Sample> descriptors(ToLongFunction<UnixOperatingSystemMXBean> count) {
        return system() instanceof UnixOperatingSystemMXBean unix
                ? one(count.applyAsLong(unix))
                : List.of();
    }

    /** As Linux tells it; -1 elsewhere. */
    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException elsewhere) {
            return -1;
        }
        return -1;
    }

    private static List<Sample> areas(ToLongFunction<MemoryUsage> bytes) {
        var memory = ManagementFactory.getMemoryMXBean();
        return List.of(
                sample("heap", bytes.applyAsLong(memory.getHeapMemoryUsage())),
                sample("nonheap", bytes.applyAsLong(memory.getNonHeapMemoryUsage())));
    }

    private static List<Sample> pools(ToLongFunction<BufferPoolMXBean> bytes) {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .map(pool -> sample(pool.getName(), bytes.applyAsLong(pool)))
                .toList();
    }

    private static List<Sample> collections() {
        List<Sample> samples = new ArrayList<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            List<String> name = List.of(collector.getName());
            samples.add(new Sample("_count", name, Long.toString(collector.getCollectionCount())));
            samples.add(
                    new Sample(
                            "_sum",
                            name,
                            Double.toString(collector.getCollectionTime() / MILLIS_PER_SECOND)));
        }
        return samples;
    }

    private static Sample sample(String label, long value) {
        return new Sample("", List.of(label), Long.toString(value));
    }

    private static List<Sample> one(long value) {
        return value < 0 ? List.of() : List.of(new Sample("", List.of(), Long.toString(value)));
    }

    private static List<Sample> nanos(long value) {
        return value < 0 ? List.of() : text(value / NANOS_PER_SECOND);
    }

    private static List<Sample> text(double value) {
        return List.of(new Sample("", List.of(), Double.toString(value)));
    }

    /** Writes everything that the system tells. */
    void write(ExpositionWriter writer) {
        for (ProcessMetric metric : metrics) {
            List<Sample> samples = metric.samples.read();
            if (!samples.isEmpty()) {
                writer.head(metric.name, metric.type, metric.unit, metric.doc);
                samples.forEach(sample ->
                        writer.sample(
                                metric.name + sample.suffix,
                                metric.labels,
                                sample.labelValues,
                                sample.number));
            }
        }
    }
}
