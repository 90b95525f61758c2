/**
 * The controller: decides every change of the cluster, as a pure state machine, and the thread that
 * runs it.
 */
package mortise.broker.controller;
