package mortise.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mortise.bench.machine.PageCache;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;

/**
 * Looks at the broker's files where a workload says what they have to be like: whether a preload
 * was cold when its readers began, and how much of what was produced is left when measuring ends.
 * Confined to one thread at a time.
 */
final class DiskWatch {
    /** More of a cold preload than this in memory, and it was not cold. */
    private static final double COLD = 0.05;

    /** What looking at the pages of some gigabytes takes at most. */
    private static final long LOOK_NANOS = 500_000_000;

    private final List<Run> runs;
    private final Optional<Path> data;
    private Optional<Double> resident = Optional.empty();
    private final Map<String, Long> bytesLeft = new TreeMap<>();

    /**
     * Looks at nothing yet.
     *
     * @throws UsageException if the workload asks for what cannot be seen
     */
    DiskWatch(List<Run> runs, Optional<Path> data) {
        this.runs = List.copyOf(runs);
        this.data = data;
        for (Run run : runs) {
            Workload.Topic topic = run.workload().topic();
            if (data.isEmpty() && (topic.cold() || topic.isCleaned())) {
                throw new UsageException(
                        run.workload().name()
                                + ": topic.cold and topic.left-at-most need the broker's files: they are for systems that the bench starts");
            }
        }
    }

    private Optional<TopicFiles> files(Run run) {
        return data.map(directory -> new TopicFiles(directory, run.topic()));
    }

    private List<Run> cold() {
        return runs.stream().filter(run -> run.workload().topic().cold()).toList();
    }

    /**
     * Has the page cache forget the preloads that are to be cold.
     *
     * @throws IOException if a preload is not where the broker's files are
     */
    void forgetPreloads() throws IOException {
        for (Run run : cold()) {
            TopicFiles files = files(run).orElseThrow();
            long bytes = files.bytes();
            if (bytes < run.workload().topic().preload().bytes()) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "the segments of %s in %s have %,d bytes, and %,d were preloaded: what is read cannot be made cold",
                                run.topic(),
                                files.data(),
                                bytes,
                                run.workload().topic().preload().bytes()));
            }
            files.forget();
        }
    }

    /** How long before measuring begins it has to look. */
    long lookNanos() {
        return cold().isEmpty() ? 0 : LOOK_NANOS;
    }

    /** Looks at the preloads; their readers begin next. */
    void begins() throws IOException {
        PageCache.Pages pages = PageCache.Pages.NONE;
        for (Run run : cold()) {
            pages = pages.and(files(run).orElseThrow().pages());
        }
        if (pages.pages() > 0) {
            resident = Optional.of(pages.residentShare());
        }
    }

    /** Looks at what is left; measuring has just ended. */
    void ends() throws IOException {
        for (Run run : runs) {
            if (run.workload().topic().isCleaned()) {
                bytesLeft.put(run.topic(), files(run).orElseThrow().bytes());
            }
        }
    }

    /** What was seen; what should not have been is among the failures. */
    Outcome.OnDisk seen() {
        resident.filter(share -> share > COLD)
                .ifPresent(share ->
                        note(
                                String.format(
                                        Locale.ROOT,
                                        "%.1f%% of the preload was in the page cache before it was read, and no more than %.0f%% may be",
                                        share * 100,
                                        COLD * 100)));
        Optional<Double> left = left(runs.getFirst());
        Optional<Double> leftBeside = runs.size() > 1 ? left(runs.getLast()) : Optional.empty();
        return new Outcome.OnDisk(resident, left, leftBeside);
    }

    private Optional<Double> left(Run run) {
        Long bytes = bytesLeft.get(run.topic());
        long produced = run.notes().produced().measured().bytes();
        if (bytes == null || produced == 0) {
            return Optional.empty();
        }
        double share = (double) bytes / produced;
        if (share > run.workload().topic().leftAtMost()) {
            note(
                    String.format(
                            Locale.ROOT,
                            "%.0f%% of what was produced to %s while measuring is on disk at the end, and topic.left-at-most allows %.0f%%: the system did not clean",
                            share * 100,
                            run.topic(),
                            run.workload().topic().leftAtMost() * 100));
        }
        return Optional.of(share);
    }

    private void note(String what) {
        runs.getFirst().notes().failures().note(what);
    }
}
