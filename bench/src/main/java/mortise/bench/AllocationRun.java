package mortise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import mortise.client.Cluster;

/**
 * How much heap a broker on the JVM allocates per produced byte, by its own flight recorder: 1 KiB
 * records in batches of 64 KiB, after a warm-up.
 */
final class AllocationRun {
    private static final int CONNECTIONS = 6;
    private static final int RECORDS = 63;
    private static final int VALUE_BYTES = 1_024;
    private static final int DEPTH = 4;

    private final Bench bench;
    private final long bytes;

    /**
     * @param bytes how much to produce while the recording runs
     */
    AllocationRun(Bench bench, long bytes) {
        this.bench = bench;
        this.bytes = bytes;
    }

    void run() throws IOException, InterruptedException {
        bench.run(turn -> {
            for (Subject subject : turn) {
                measure(subject);
            }
        });
    }

    private void measure(Subject subject) throws IOException, InterruptedException {
        try (RunningSubject running = bench.start(subject);
                Cluster cluster = running.connect()) {
            Bench.createTopic(cluster, Bench.TOPIC, CONNECTIONS, Map.of());
            List<PreparedProduce> requests = new ArrayList<>();
            for (int partition = 0; partition < CONNECTIONS; partition++) {
                requests.add(
                        PreparedProduce.of(
                                Bench.TOPIC, partition, RECORDS, VALUE_BYTES, (short) 1));
            }
            try (RawDriver driver =
                    new RawDriver(running.address(), requests, DEPTH, bench.clock())) {
                driver.awaitLeaders();
                driver.run(bench.length().warmUpSeconds());
                Path recording = bench.work().resolve(subject.name() + ".jfr");
                Path settings = bench.work().resolve("allocation.jfc");
                Files.writeString(settings, SETTINGS);
                jcmd(running, "JFR.start", "name=allocation", "settings=" + settings);
                long produced = 0;
                while (produced < bytes) {
                    produced += driver.run(1).batchBytes();
                }
                jcmd(running, "JFR.stop", "name=allocation", "filename=" + recording);
                driver.drain();
                report(subject, recording, produced);
            }
        }
    }

    private static final String SETTINGS =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0">
              <event name="jdk.ThreadAllocationStatistics">
                <setting name="enabled">true</setting>
                <setting name="period">everyChunk</setting>
              </event>
              <event name="jdk.GCHeapSummary"><setting name="enabled">true</setting></event>
              <event name="jdk.ObjectAllocationSample">
                <setting name="enabled">true</setting>
                <setting name="throttle">200/s</setting>
                <setting name="stackTrace">true</setting>
              </event>
            </configuration>
            """;

    private static void jcmd(RunningSubject running, String... words)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(running.pid())));
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with status " + process.exitValue());
        }
    }

    /** Two ways to count the same: what each thread says it allocated, and how the heap filled. */
    private void report(Subject subject, Path recording, long produced) throws IOException {
        Map<Long, long[]> byThread = new HashMap<>();
        Map<String, Long> weights = new HashMap<>();
        long usedAfter = -1;
        long filled = 0;
        for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            switch (event.getEventType().getName()) {
                case "jdk.ThreadAllocationStatistics" -> {
                    long allocated = event.getLong("allocated");
                    long[] range =
                            byThread.computeIfAbsent(
                                    event.getThread("thread").getId(),
                                    id -> new long[] {Long.MAX_VALUE, 0});
                    range[0] = Math.min(range[0], allocated);
                    range[1] = Math.max(range[1], allocated);
                }
                case "jdk.GCHeapSummary" -> {
                    long used = event.getLong("heapUsed");
                    if (event.getString("when").startsWith("Before")) {
                        filled += usedAfter < 0 ? 0 : used - usedAfter;
                    } else {
                        usedAfter = used;
                    }
                }
                case "jdk.ObjectAllocationSample" ->
                        weights.merge(
                                event.getClass("objectClass").getName(),
                                event.getLong("weight"),
                                Long::sum);
                default -> {}
            }
        }
        long threads = byThread.values().stream().mapToLong(range -> range[1] - range[0]).sum();
        String name = subject.name();
        Figures figures = bench.figures();
        figures.add("GB produced", name, produced / 1e9);
        figures.add("heap bytes per produced byte, by thread", name, (double) threads / produced);
        figures.add("heap bytes per produced byte, by heap", name, (double) filled / produced);
        System.out.println(name + " allocated mostly:");
        weights.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(12)
                .forEach(entry ->
                        System.out.printf(
                                Locale.ROOT,
                                "  %,14d bytes  %s%n",
                                entry.getValue(),
                                entry.getKey()));
    }
}
