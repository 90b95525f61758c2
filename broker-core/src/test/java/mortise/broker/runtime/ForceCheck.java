package mortise.broker.runtime;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test class in which a thread forces a file that must never wait for a disk: an event
 * loop, a drain, the quorum's or the controller's executor, the timers. Java Flight Recorder sees
 * every force of the process, whoever asked for it, and the thread's name tells its role.
 * Registered for all test classes of the module.
 */
public final class ForceCheck implements BeforeAllCallback, AfterAllCallback {
    private static final String EVENT = "jdk.FileForce";
    private static final Namespace HERE = Namespace.create(ForceCheck.class);

    /** Names of threads by role, as executions and the network give them. */
    private static final Pattern NEVER_WAITS =
            Pattern.compile("(net|drain|timer)-\\d+|controller|[a-z0-9-]+-quorum");

    /** On a test class that forces files where nobody may, to see that it is noticed. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Deliberate {}

    /** A recording of what a test class forces. */
    static final class Watch implements AutoCloseable {
        private final Recording recording = new Recording();

        Watch() {
            recording.enable(EVENT).withoutThreshold().withStackTrace();
            recording.start();
        }

        /** Who forced a file that must not, and where; empty if nobody did. */
        List<String> ended() throws IOException {
            recording.stop();
            Path file = Files.createTempFile("forces", ".jfr");
            try {
                recording.dump(file);
                List<String> wrong = new ArrayList<>();
                for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                    if (event.getEventType().getName().equals(EVENT)
                            && NEVER_WAITS.matcher(thread(event)).matches()) {
                        wrong.add(told(event));
                    }
                }
                return wrong;
            } finally {
                close();
                Files.delete(file);
            }
        }

        private static String thread(RecordedEvent event) {
            String name = event.getThread() == null ? null : event.getThread().getJavaName();
            return name == null ? "" : name;
        }

        private static String told(RecordedEvent event) {
            StringBuilder text =
                    new StringBuilder(thread(event))
                            .append(" forces ")
                            .append(event.getString("path"));
            if (event.getStackTrace() != null) {
                for (RecordedFrame frame : event.getStackTrace().getFrames()) {
                    String type = frame.getMethod().getType().getName();
                    if (type.startsWith("mortise.")) {
                        text.append("\n    ")
                                .append(type)
                                .append('.')
                                .append(frame.getMethod().getName())
                                .append(':')
                                .append(frame.getLineNumber());
                    }
                }
            }
            return text.toString();
        }

        @Override
        public void close() {
            recording.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        if (context.getEnclosingTestClasses().isEmpty()
                && !test.isAnnotationPresent(Deliberate.class)) {
            context.getStore(HERE).put(EVENT, new Watch());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Watch watch = context.getStore(HERE).remove(EVENT, Watch.class);
        List<String> wrong = watch == null ? List.of() : watch.ended();
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    wrong.size()
                            + " times a thread forced a file that must never wait for a disk, first: "
                            + wrong.getFirst());
        }
    }
}
