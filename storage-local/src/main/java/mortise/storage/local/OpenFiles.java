package mortise.storage.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The files that a store has open, at most a configured number: beyond it the ones not used lately
 * are closed, those in use excepted. Thread-safe; entered only when a file is opened or closed.
 */
final class OpenFiles {
    private final int most;
    private final System.Logger logger;
    private final Set<OpenFile> open = new LinkedHashSet<>();

    OpenFiles(int most, System.Logger logger) {
        this.most = most;
        this.logger = logger;
    }

    /** Where failures that harm nothing are noted. */
    System.Logger logger() {
        return logger;
    }

    /**
     * Makes sure that a reader may open one more. Who writes may always: there are few at a time,
     * and what they need is kept back for them.
     *
     * @throws IOException if readers hold all that there may be
     */
    synchronized void admitReader() throws IOException {
        long excess = open.size() - most + 1L;
        if (excess <= 0 || open.stream().filter(OpenFile::isIdle).limit(excess).count() == excess) {
            return; // those that are idle make room
        }
        throw new IOException(
                "Too many open files: readers hold all "
                        + most
                        + " of storage.local.open-files; raise it, and the limit of the process"
                        + " (ulimit -n)");
    }

    /** Notes an opened file and closes others if there are too many. */
    void opened(OpenFile file) {
        List<OpenFile> idle = new ArrayList<>();
        synchronized (this) {
            open.add(file);
            int excess = open.size() - most;
            // second chance: one used lately goes to the end of the line, once
            int looks = 2 * open.size();
            while (excess > 0 && looks-- > 0) {
                Iterator<OpenFile> line = open.iterator();
                OpenFile candidate = line.next();
                line.remove();
                if (candidate == file || candidate.wasRecentlyUsed()) {
                    open.add(candidate);
                } else {
                    idle.add(candidate);
                    excess--;
                }
            }
        }
        for (OpenFile candidate : idle) {
            if (!candidate.file().evict(candidate)) {
                keep(candidate);
            }
        }
    }

    private synchronized void keep(OpenFile busy) {
        // one that closed meanwhile has reported so before, and would stay here for good
        if (busy.isOpen()) {
            open.add(busy);
        }
    }

    /** Forgets a closed file. */
    synchronized void closed(OpenFile file) {
        open.remove(file);
    }

    /** How many files are open now. */
    synchronized int count() {
        return open.size();
    }
}
