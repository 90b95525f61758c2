package mortise.junit.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.junit.engine.HostedBroker;
import mortise.junit.engine.Message;
import mortise.junit.engine.Operation;

/** A broker in a process, which does what it is asked. */
record ProcessBroker(EngineProcess process, String id) implements HostedBroker {
    private List<String> call(Operation operation, String... arguments) {
        return process.call(operation, id, List.of(arguments));
    }

    @Override
    public HostPort start() {
        return HostPort.parse(call(Operation.START).get(0));
    }

    @Override
    public void stop() {
        call(Operation.STOP);
    }

    @Override
    public void kill() {
        call(Operation.KILL);
    }

    @Override
    public Map<String, String> status() {
        return Message.map(call(Operation.STATUS));
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        List<String> arguments = new ArrayList<>(List.of(name, Integer.toString(partitions)));
        arguments.addAll(Message.pairs(configs));
        process.call(Operation.CREATE_TOPIC, id, arguments);
    }

    @Override
    public void deleteTopic(String name) {
        call(Operation.DELETE_TOPIC, name);
    }

    @Override
    public void refuse(String api, ErrorCode error, int times) {
        call(Operation.REFUSE, api, error.name(), Integer.toString(times));
    }

    @Override
    public int refusalsLeft(String api) {
        return Integer.parseInt(call(Operation.REFUSALS_LEFT, api).get(0));
    }

    @Override
    public void clearRefusals() {
        call(Operation.CLEAR_REFUSALS);
    }

    @Override
    public void close() {
        if (!process.hasEnded()) {
            call(Operation.CLOSE);
        }
    }
}
