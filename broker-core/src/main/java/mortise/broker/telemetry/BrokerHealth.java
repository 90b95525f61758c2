package mortise.broker.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.Health.Reason;
import mortise.spi.telemetry.HealthView;
import org.jspecify.annotations.Nullable;

/** How one broker is: where it is in its life, and what its parts report. Thread-safe. */
public final class BrokerHealth implements HealthView {
    private static final Reason STARTING =
            new Reason("starting", "The broker recovers its logs and joins its cluster.");
    private static final Reason STOPPING =
            new Reason("stopping", "The broker closes its logs and stops.");

    private final List<Supplier<List<Reason>>> checks = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Reason> phase = new AtomicReference<>(STARTING);
    private volatile @Nullable Reason defect;

    /** A broker that starts. */
    public BrokerHealth() {}

    /** Adds a part that may have reasons why clients should stay away. It must not block. */
    public void check(Supplier<List<Reason>> reasons) {
        checks.add(reasons);
    }

    /** The broker serves, unless it has begun to stop meanwhile. */
    public void serving() {
        phase.compareAndSet(STARTING, null);
    }

    /** The broker has begun to stop. */
    public void stopping() {
        phase.set(STOPPING);
    }

    /** The broker cannot go on. */
    public void failed(String why) {
        defect = new Reason("failed", "The broker stops by itself: " + why);
    }

    @Override
    public Health alive() {
        Reason wrong = defect;
        return wrong == null ? Health.GOOD : new Health(List.of(wrong));
    }

    @Override
    public Health ready() {
        List<Reason> reasons = new ArrayList<>(alive().reasons());
        Reason now = phase.get();
        if (now != null) {
            // a broker that starts or stops has no controller and no open logs to speak of
            reasons.add(now);
        } else {
            checks.forEach(check -> reasons.addAll(check.get()));
        }
        return reasons.isEmpty() ? Health.GOOD : new Health(reasons);
    }
}
