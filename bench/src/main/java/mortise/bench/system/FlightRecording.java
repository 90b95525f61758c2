package mortise.bench.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** How much heap a JVM allocates while something is done to it, by its own flight recorder. */
public final class FlightRecording {
    private static final String SETTINGS =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0">
              <event name="jdk.ThreadAllocationStatistics">
                <setting name="enabled">true</setting>
                <setting name="period">everyChunk</setting>
              </event>
            </configuration>
            """;

    private final long pid;
    private final Path directory;

    private FlightRecording(long pid, Path directory) {
        this.pid = pid;
        this.directory = directory;
    }

    /** Begins to record a JVM. */
    public static FlightRecording start(long pid) throws IOException, InterruptedException {
        FlightRecording recording =
                new FlightRecording(pid, Files.createTempDirectory("mortise-bench"));
        Path settings = Files.writeString(recording.directory.resolve("allocation.jfc"), SETTINGS);
        recording.jcmd("JFR.start", "name=allocation", "settings=" + settings);
        return recording;
    }

    /** Ends it; returns how many bytes all threads have allocated since. */
    public long stop() throws IOException, InterruptedException {
        Path file = directory.resolve("allocation.jfr");
        jcmd("JFR.stop", "name=allocation", "filename=" + file);
        Map<Long, long[]> byThread = new HashMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().equals("jdk.ThreadAllocationStatistics")) {
                long allocated = event.getLong("allocated");
                long[] range =
                        byThread.computeIfAbsent(
                                event.getThread("thread").getId(),
                                id -> new long[] {Long.MAX_VALUE, 0});
                range[0] = Math.min(range[0], allocated);
                range[1] = Math.max(range[1], allocated);
            }
        }
        Files.delete(file);
        Files.delete(directory.resolve("allocation.jfc"));
        Files.delete(directory);
        return byThread.values().stream().mapToLong(range -> range[1] - range[0]).sum();
    }

    private void jcmd(String... words) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid)));
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
}
