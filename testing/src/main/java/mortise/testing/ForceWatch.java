package mortise.testing;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;

/** Watches the forces of this JVM from {@link #start} to {@link #stop}. */
final class ForceWatch {
    private static final String FORCE = "jdk.FileForce";

    private final RecordingStream stream = new RecordingStream();
    private final List<ForbiddenForce> found = new CopyOnWriteArrayList<>();

    /** The test that the events belong to; confined to the stream's thread. */
    private String test = "before any test";

    private ForceWatch() {}

    static ForceWatch start() {
        ForceWatch watch = new ForceWatch();
        watch.stream.enable(FORCE).withThreshold(Duration.ZERO).withStackTrace();
        watch.stream.enable(TestBegins.class);
        watch.stream.onEvent(TestBegins.NAME, event -> watch.test = event.getString("test"));
        watch.stream.onEvent(FORCE, watch::look);
        watch.stream.startAsync();
        return watch;
    }

    private void look(RecordedEvent event) {
        List<String> frames = frames(event);
        RecordedThread thread = event.getThread();
        String name = thread == null ? "" : String.valueOf(thread.getJavaName());
        Optional<String> why = WaitlessThreads.why(name, frames);
        if (why.isPresent()) {
            found.add(
                    new ForbiddenForce(
                            test,
                            name,
                            why.get(),
                            String.valueOf(event.getString("path")),
                            frames));
        }
    }

    private static List<String> frames(RecordedEvent event) {
        return Stream.ofNullable(event.getStackTrace())
                .flatMap(trace -> trace.getFrames().stream())
                .filter(RecordedFrame::isJavaFrame)
                .map(RecordedFrame::getMethod)
                .filter(Objects::nonNull)
                .map(method -> method.getType().getName() + "#" + method.getName())
                .collect(Collectors.toUnmodifiableList());
    }

    /** Ends the watch; gives the forces that were forbidden, all that happened before the call. */
    List<ForbiddenForce> stop() {
        stream.stop();
        stream.close();
        return List.copyOf(found);
    }
}
