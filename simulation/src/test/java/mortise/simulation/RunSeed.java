package mortise.simulation;

import java.util.function.Consumer;

/** Runs seeds from the command line: the first, and how many; with "trace" every line is printed. */
public final class RunSeed {
    private RunSeed() {}

    /** See the class. */
    public static void main(String[] arguments) {
        long first = Long.parseLong(arguments[0]);
        long many = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        Consumer<String> sink = arguments.length > 2 ? System.out::println : null;
        for (long seed = first; seed < first + many; seed++) {
            long begun = cpuNanos();
            try {
                Simulation.Result result = Simulation.run(seed, sink);
                System.out.println(
                        seed + " " + (cpuNanos() - begun) / 1_000_000 + " ms " + result);
            } catch (SimulationFailure failure) {
                System.out.println(seed + " FAILED " + failure.rule());
                if (many == 1) {
                    failure.printStackTrace(System.out);
                }
            }
        }
    }

    private static long cpuNanos() {
        return java.lang.management.ManagementFactory.getThreadMXBean()
                .getCurrentThreadCpuTime();
    }
}
