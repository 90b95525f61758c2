package mortise.tck.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What code does besides computing in memory: files and sockets that it touches, names that it
 * looks up, waits, and threads and processes that it starts. Java Flight Recorder watches the
 * thread that runs it, on whatever file system a path lies.
 *
 * <p>What Java does to load classes and their services is left out, and so are class initialisers
 * and what is written to standard output and error. Run the code once before, so that what happens
 * only the first time is over.
 */
public final class SideEffects {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MOST_SHOWN = 10;

    private static final List<String> EVENTS =
            List.of(
                    "jdk.FileRead",
                    "jdk.FileWrite",
                    "jdk.FileForce",
                    "jdk.SocketRead",
                    "jdk.SocketWrite",
                    "jdk.SocketConnect",
                    "jdk.ThreadSleep",
                    "jdk.ThreadPark",
                    "jdk.JavaMonitorEnter",
                    "jdk.JavaMonitorWait",
                    "jdk.ProcessStart",
                    "jdk.MethodTrace");

    /** Calls of the JDK that have no event of their own. */
    private static final String TRACED =
            String.join(
                    ";",
                    "java.nio.file.Files",
                    "java.nio.channels.FileChannel::open",
                    "java.nio.channels.FileChannel::map",
                    "java.io.FileInputStream::<init>",
                    "java.io.FileOutputStream::<init>",
                    "java.io.RandomAccessFile::<init>",
                    "java.io.File::exists",
                    "java.io.File::isFile",
                    "java.io.File::isDirectory",
                    "java.io.File::length",
                    "java.io.File::lastModified",
                    "java.io.File::list",
                    "java.io.File::listFiles",
                    "java.io.File::delete",
                    "java.io.File::mkdir",
                    "java.io.File::createNewFile",
                    "java.io.File::renameTo",
                    "java.net.InetAddress::getAllByName",
                    "java.net.InetAddress::getByName",
                    "java.net.InetAddress::getLocalHost",
                    "java.net.Socket::connect",
                    "java.net.ServerSocket::bind",
                    "java.nio.channels.SocketChannel::open",
                    "java.nio.channels.ServerSocketChannel::open",
                    "java.nio.channels.DatagramChannel::open",
                    "java.lang.Thread::start",
                    "java.lang.VirtualThread::start",
                    "mortise.tck.sim.SimFileChannel");

    private SideEffects() {}

    /** Code that may throw. */
    public interface Code {
        /** Runs. */
        void run() throws Exception;
    }

    /**
     * Runs code on a thread of its own, and tells what it did beside computing: one line for each
     * different thing with the line of the code that did it, at most ten.
     *
     * @throws AssertionError if it does not return within half a minute
     * @throws Exception what the code throws
     */
    public static List<String> of(Code code) throws Exception {
        FutureTask<Boolean> task =
                new FutureTask<>(() -> {
                    code.run();
                    return true;
                });
        Thread caller = Thread.ofPlatform().daemon(true).name("net-0").unstarted(task);
        try (Recording recording = new Recording()) {
            for (String event : EVENTS) {
                recording
                        .enable(event)
                        .withoutThreshold()
                        .withStackTrace()
                        .with("throttle", "off")
                        .with("filter", TRACED);
            }
            recording.start();
            caller.start();
            await(task, caller);
            recording.stop();
            return told(recorded(recording), caller.threadId());
        }
    }

    private static void await(FutureTask<Boolean> task, Thread caller) throws Exception {
        try {
            task.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException hanging) {
            StackTraceElement[] stack = caller.getStackTrace();
            throw new AssertionError(
                    "it did not return within "
                            + LIMIT
                            + (stack.length == 0 ? "" : "; it is at " + stack[0]));
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case Exception thrown -> throw thrown;
                case Error thrown -> throw thrown;
                case null, default -> throw failure;
            }
        }
    }

    private static List<RecordedEvent> recorded(Recording recording) throws IOException {
        Path file = Files.createTempFile("side-effects", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file);
        } finally {
            Files.delete(file);
        }
    }

    private static List<String> told(List<RecordedEvent> events, long caller) {
        Set<String> lines = new LinkedHashSet<>();
        for (RecordedEvent event : events) {
            RecordedThread thread = event.getThread();
            if (thread != null && thread.getJavaThreadId() == caller && counts(event)) {
                lines.add(what(event) + where(event));
            }
        }
        return lines.stream().limit(MOST_SHOWN).toList();
    }

    private static boolean counts(RecordedEvent event) {
        String name = event.getEventType().getName();
        boolean standardOutput = name.equals("jdk.FileWrite") && event.getString("path") == null;
        // what has no frame but Java's own was done by the thread before or after the code ran
        return !standardOutput
                && frames(event).noneMatch(SideEffects::loadsClasses)
                && !frames(event).allMatch(frame -> isJava(frame.getMethod().getType().getName()));
    }

    private static boolean loadsClasses(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        return type.startsWith("jdk.internal.loader.")
                || type.startsWith("jdk.jfr.")
                || type.equals("java.lang.ClassLoader")
                || type.equals("java.util.ServiceLoader")
                || frame.getMethod().getName().equals("<clinit>");
    }

    private static Stream<RecordedFrame> frames(RecordedEvent event) {
        return event.getStackTrace() == null
                ? Stream.empty()
                : event.getStackTrace().getFrames().stream().filter(RecordedFrame::isJavaFrame);
    }

    private static String what(RecordedEvent event) {
        return switch (event.getEventType().getName()) {
            case "jdk.FileRead" -> "reads file " + event.getString("path");
            case "jdk.FileWrite" -> "writes file " + event.getString("path");
            case "jdk.FileForce" -> "forces file " + event.getString("path");
            case "jdk.SocketRead" -> "reads from " + peer(event);
            case "jdk.SocketWrite" -> "writes to " + peer(event);
            case "jdk.SocketConnect" -> "connects to " + peer(event);
            case "jdk.ThreadSleep" -> "sleeps";
            case "jdk.ThreadPark" -> "waits (parks)";
            case "jdk.JavaMonitorEnter" -> "waits for a monitor";
            case "jdk.JavaMonitorWait" -> "waits in Object.wait";
            case "jdk.ProcessStart" -> "starts a process";
            case "jdk.MethodTrace" -> "calls " + method(event.getValue("method"));
            default -> event.getEventType().getLabel();
        };
    }

    private static String peer(RecordedEvent event) {
        return event.getString("host") + ":" + event.getInt("port");
    }

    private static String method(RecordedMethod method) {
        return method.getType().getName() + "." + method.getName();
    }

    /** The line outside of Java itself that did it. */
    private static String where(RecordedEvent event) {
        return frames(event)
                .filter(frame -> !isJava(frame.getMethod().getType().getName()))
                .findFirst()
                .map(SideEffects::line)
                .orElse("");
    }

    private static boolean isJava(String type) {
        return type.startsWith("java.")
                || type.startsWith("jdk.")
                || type.startsWith("sun.")
                || type.startsWith("mortise.tck.sim.");
    }

    private static String line(RecordedFrame frame) {
        String at = frame.getLineNumber() > 0 ? ", line " + frame.getLineNumber() : "";
        return ", in " + method(frame.getMethod()) + at;
    }
}
