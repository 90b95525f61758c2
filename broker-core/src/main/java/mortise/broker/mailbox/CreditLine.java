package mortise.broker.mailbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mortise.broker.runtime.Failures;

/**
 * Requests that found too little room in a mailbox, in the order in which they came. A request
 * takes room for all of its commands or for none, so requests that share mailboxes never wait for
 * each other's halves; and nobody overtakes: while a request waits for a mailbox, later ones do not
 * take room in it. It is as long as there are connections, because a connection whose request waits
 * starts no other.
 *
 * <p>Thread-safe. The lock is taken only when somebody waits.
 */
public final class CreditLine {
    private final Failures unexpected;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<CreditRequest> waiting = new ArrayDeque<>();
    private long scans;

    /** An empty line; a request that throws when it gets its room is told of there. */
    public CreditLine(Failures unexpected) {
        this.unexpected = unexpected;
    }

    /**
     * Takes room for a request.
     *
     * @return true if it was taken; false if the request waits and will be called
     */
    public boolean enter(CreditRequest request) {
        if (!overtakes(request) && takeAll(request)) {
            return true;
        }
        List<CreditRequest> granted;
        lock.lock();
        try {
            for (int i = 0; i < request.commandCount(); i++) {
                request.target(i).data().addWaiter(1);
            }
            waiting.addLast(request);
            granted = admit();
        } finally {
            lock.unlock();
        }
        boolean immediately = granted.remove(request);
        granted.forEach(this::grant);
        return immediately;
    }

    /** Lets waiting requests try again; somebody gave credit back. */
    void roomMade() {
        List<CreditRequest> granted;
        lock.lock();
        try {
            granted = admit();
        } finally {
            lock.unlock();
        }
        granted.forEach(this::grant);
    }

    /** Whoever gave room back has nothing to do with what becomes of it. */
    private void grant(CreditRequest request) {
        unexpected.contain("offering the commands of a request", request::creditGranted);
    }

    /** How many requests wait. */
    public int length() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private static boolean overtakes(CreditRequest request) {
        for (int i = 0; i < request.commandCount(); i++) {
            if (request.target(i).data().awaited()) {
                return true;
            }
        }
        return false;
    }

    private static boolean takeAll(CreditRequest request) {
        for (int i = 0; i < request.commandCount(); i++) {
            if (!request.target(i).data().tryTake(request.bytes(i))) {
                for (int taken = 0; taken < i; taken++) {
                    request.target(taken).data().returnUnused(request.bytes(taken));
                }
                return false;
            }
        }
        return true;
    }

    private List<CreditRequest> admit() {
        long scan = ++scans;
        List<CreditRequest> granted = new ArrayList<>();
        for (Iterator<CreditRequest> line = waiting.iterator(); line.hasNext(); ) {
            CreditRequest request = line.next();
            if (!blocked(request, scan) && takeAll(request)) {
                line.remove();
                for (int i = 0; i < request.commandCount(); i++) {
                    request.target(i).data().addWaiter(-1);
                }
                granted.add(request);
            } else {
                for (int i = 0; i < request.commandCount(); i++) {
                    request.target(i).data().blockIn(scan);
                }
            }
        }
        return granted;
    }

    private static boolean blocked(CreditRequest request, long scan) {
        for (int i = 0; i < request.commandCount(); i++) {
            if (request.target(i).data().blockedIn(scan)) {
                return true;
            }
        }
        return false;
    }
}
