package mortise.broker.fetch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Something that may have changed since it was last looked at: a flag, and a link in the stack of
 * what was marked.
 */
abstract class DirtyMark {
    private static final VarHandle RAISED;

    static {
        try {
            RAISED = MethodHandles.lookup().findVarHandle(DirtyMark.class, "raised", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private volatile int raised;

    /**
     * The mark below in the stack. Written by whoever raised the flag, read by who takes the stack.
     */
    @Nullable DirtyMark below;

    /** Raises the flag; false if it is up already. */
    final boolean raise() {
        return raised == 0 && RAISED.compareAndSet(this, 0, 1);
    }

    /**
     * Lowers the flag. What changes from here on raises it again; what changed before is seen by
     * reads after this.
     */
    final void lower() {
        raised = 0;
    }
}
