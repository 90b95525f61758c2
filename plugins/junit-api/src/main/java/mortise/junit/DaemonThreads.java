package mortise.junit;

/** Threads that hold no JVM up. They are platform threads: Java 17 has no others. */
final class DaemonThreads {
    private DaemonThreads() {}

    /** A thread that has not been started. */
    static Thread make(String role, Runnable work) {
        Thread thread = new Thread(work, "mortise-junit-" + role);
        thread.setDaemon(true);
        return thread;
    }
}
