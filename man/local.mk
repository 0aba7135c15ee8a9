# Manual pages, in mdoc.  Those of one line send the reader to another page.

dist_man_MANS += \
	%D%/forkd-handler.7 \
	%D%/forkd-handlers.8 \
	%D%/forkd.3 \
	%D%/forkd.8 \
	%D%/forkd_address.3 \
	%D%/forkd_conn_fd.3 \
	%D%/forkd_conn_in.3 \
	%D%/forkd_conn_local.3 \
	%D%/forkd_conn_out.3 \
	%D%/forkd_conn_peer.3 \
	%D%/forkd_conn_peercred.3 \
	%D%/forkd_conn_serial.3 \
	%D%/forkd_conn_server.3 \
	%D%/forkd_conn_socket.3 \
	%D%/forkd_detach.3 \
	%D%/forkd_draining.3 \
	%D%/forkd_drop_privileges.3 \
	%D%/forkd_error.3 \
	%D%/forkd_fd.3 \
	%D%/forkd_free.3 \
	%D%/forkd_listen.3 \
	%D%/forkd_load.3 \
	%D%/forkd_main.3 \
	%D%/forkd_new.3 \
	%D%/forkd_ready.3 \
	%D%/forkd_receive.3 \
	%D%/forkd_run.3 \
	%D%/forkd_send.3 \
	%D%/forkd_service.3 \
	%D%/forkd_set.3 \
	%D%/forkd_socket.3 \
	%D%/forkd_stat.3 \
	%D%/forkd_step.3 \
	%D%/forkd_stop.3 \
	%D%/forkd_worker_stat.3
